//! Media types with parameters, RFC 9110 §§ 8.3.1, 12.5.1.

/// One media type or range, lower case, with its parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct MediaType {
    /// Such as `multipart/related` or `*/*`.
    pub essence: String,
    parameters: Vec<(String, String)>,
}

impl MediaType {
    /// Reads one media type. `None` where it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let mut pieces = split(text, ';').into_iter();
        let essence = pieces.next()?.trim().to_ascii_lowercase();
        let (kind, subtype) = essence.split_once('/')?;
        if kind.is_empty() || subtype.is_empty() {
            return None;
        }
        let parameters = pieces
            .filter_map(|piece| {
                let (name, value) = piece.split_once('=')?;
                Some((name.trim().to_ascii_lowercase(), unquote(value.trim())))
            })
            .collect();
        Some(Self { essence, parameters })
    }

    /// Reads an Accept header, most wanted first; what cannot be read or has q=0 is left out. Without a header
    /// anything is welcome.
    pub fn parse_accept(header: Option<&str>) -> Vec<Self> {
        let Some(header) = header.filter(|header| !header.trim().is_empty()) else {
            return vec![Self { essence: "*/*".into(), parameters: Vec::new() }];
        };
        let mut types: Vec<(Self, u16)> = split(header, ',')
            .into_iter()
            .filter_map(Self::parse)
            .map(|media| (media.quality(), media))
            .filter(|(quality, _)| *quality > 0)
            .map(|(quality, media)| (media, quality))
            .collect();
        types.sort_by_key(|(_, quality)| std::cmp::Reverse(*quality));
        types.into_iter().map(|(media, _)| media).collect()
    }

    /// A parameter, unquoted.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether this range takes `essence`.
    pub fn takes(&self, essence: &str) -> bool {
        match self.essence.split_once('/') {
            Some(("*", "*")) => true,
            Some((kind, "*")) => essence.split_once('/').is_some_and(|(other, _)| other == kind),
            _ => self.essence == essence,
        }
    }

    /// The weight in thousandths.
    fn quality(&self) -> u16 {
        let quality = self.parameter("q").and_then(|text| text.parse::<f32>().ok()).unwrap_or(1.0);
        (quality.clamp(0.0, 1.0) * 1000.0) as u16
    }
}

/// Splits outside quoted strings.
fn split(text: &str, separator: char) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut start, mut quoted, mut escaped) = (0, false, false);
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if character == separator && !quoted => {
                pieces.push(&text[start..at]);
                start = at + character.len_utf8();
            }
            _ => {}
        }
    }
    pieces.push(&text[start..]);
    pieces
}

fn unquote(value: &str) -> String {
    match value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) => inner.replace("\\\"", "\"").replace("\\\\", "\\"),
        None => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_parameters_may_hold_separators() {
        let media = MediaType::parse(r#"Multipart/Related; type="application/dicom"; boundary="a;b,c""#).unwrap();
        assert_eq!(media.essence, "multipart/related");
        assert_eq!(media.parameter("type"), Some("application/dicom"));
        assert_eq!(media.parameter("boundary"), Some("a;b,c"));
    }

    #[test]
    fn the_most_wanted_comes_first_and_the_unwanted_not_at_all() {
        let order: Vec<String> = MediaType::parse_accept(Some("image/png;q=0.3, image/jpeg, text/html;q=0, nonsense"))
            .into_iter()
            .map(|media| media.essence)
            .collect();
        assert_eq!(order, ["image/jpeg", "image/png"]);
    }
}
