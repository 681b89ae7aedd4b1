//! Credentials for a TURN server (RFC 8656) that shares a secret with us: user name `<expiry>:<random>`, password
//! base64(HMAC-SHA1(secret, user name)) (draft-uberti-behave-turn-rest-00 § 2.2; coturn's `use-auth-secret`). The server
//! asks nobody; what it is shown ends by itself.

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use schemas::{UnixMillis, consult::IceServer};
use sha1::Sha1;
use std::time::Duration;
use uuid::Uuid;
use zeroize::Zeroizing;

/// TURN servers, and what it takes to let somebody use them. No `Debug`: it holds the secret.
pub struct Turn {
    pub urls: Vec<String>,
    pub secret: Zeroizing<String>,
    /// How long credentials are good.
    pub ttl: Duration,
}

impl Turn {
    /// What the holder of one ticket may use. The name is random: it stands in the TURN server's log.
    pub(super) fn ice_server(&self, now: UnixMillis, name: Uuid) -> IceServer {
        let expiry = now.0.div_euclid(1000).saturating_add_unsigned(self.ttl.as_secs());
        let username = format!("{expiry}:{}", name.simple());
        let credential = password(&self.secret, &username).into();
        IceServer { urls: self.urls.clone(), username, credential }
    }
}

fn password(secret: &str, username: &str) -> String {
    STANDARD.encode(hmac_sha1(secret.as_bytes(), username.as_bytes()))
}

fn hmac_sha1(key: &[u8], text: &[u8]) -> [u8; 20] {
    // A key of any length is taken (RFC 2104 § 2).
    let mut mac = <Hmac<Sha1> as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(text);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn hmac_sha1_is_that_of_rfc_2202() {
        for (key, text, digest) in [
            (&[0x0b; 20][..], &b"Hi There"[..], "b617318655057264e28bc0b6fb378c8ef146be00"),
            (b"Jefe", b"what do ya want for nothing?", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
            (&[0xaa; 20], &[0xdd; 50], "125d7342b9ac11cd91a39af48aa17b4f63f175d3"),
            (
                &[0xaa; 80],
                b"Test Using Larger Than Block-Size Key - Hash Key First",
                "aa4ae5e15272d00e95705637ce8a3b55ed402112",
            ),
        ] {
            assert_eq!(hex(&hmac_sha1(key, text)), digest);
        }
    }

    /// The user name is the example of draft-uberti-behave-turn-rest-00 § 2.2. The password was computed by OpenSSL:
    /// `printf %s 1433895918:mbzrxpgjys | openssl dgst -sha1 -hmac north -binary | base64`.
    #[test]
    fn the_password_of_the_drafts_user_is_what_openssl_says() {
        assert_eq!(password("north", "1433895918:mbzrxpgjys"), "d2Q1V6JRLjCTMOhoc8cTgEoi7u0=");
    }

    #[test]
    fn credentials_end_when_they_say_and_name_nobody() {
        let turn = Turn {
            urls: vec!["turns:turn.example.org:443?transport=tcp".into()],
            secret: Zeroizing::new("s".into()),
            ttl: Duration::from_secs(3_600),
        };
        let server = turn.ice_server(UnixMillis(1_700_000_000_999), Uuid::from_u128(7));
        assert_eq!(server.username, "1700003600:00000000000000000000000000000007");
        assert_eq!(server.credential.0, password(&turn.secret, &server.username));
        assert_eq!(server.urls, turn.urls);
        assert!(!format!("{server:?}").contains(&server.credential.0));
    }
}
