//! Web origins.

/// `scheme://host[:port]`, as in the header `Origin` (RFC 6454 § 6.2).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin(String);

impl Origin {
    /// Reads `http://…` or `https://…` without path, query or user.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_end_matches('/').to_ascii_lowercase();
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
        let valid = !rest.is_empty()
            && rest.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']' | '_'));
        valid.then_some(Self(text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Over TLS.
    pub fn is_secure(&self) -> bool {
        self.0.starts_with("https:")
    }

    /// Host and port.
    pub fn authority(&self) -> &str {
        self.0.split_once("://").map_or("", |(_, authority)| authority)
    }

    /// The same host for a WebSocket: `ws://…` or `wss://…`.
    pub fn websocket(&self) -> String {
        let scheme = if self.is_secure() { "wss" } else { "ws" };
        format!("{scheme}://{}", self.authority())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_scheme_host_and_port_and_nothing_more() {
        let origin = Origin::parse("HTTPS://Konsil.Example.org:8443/").unwrap();
        assert_eq!(origin.as_str(), "https://konsil.example.org:8443");
        assert_eq!(origin.websocket(), "wss://konsil.example.org:8443");
        for bad in ["konsil.example.org", "ftp://x", "https://", "https://a/b", "https://u@h", "https://a?b", "null"] {
            assert!(Origin::parse(bad).is_none(), "{bad}");
        }
    }
}
