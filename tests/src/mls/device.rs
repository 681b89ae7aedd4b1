use super::to_base64url;
use anyhow::{Context, Result};
use openmls::prelude::{Ciphersuite, OpenMlsProvider, SignatureScheme};
use openmls_basic_credential::SignatureKeyPair;
use openmls_rust_crypto::OpenMlsRustCrypto;
use openmls_traits::signatures::Signer;

pub(super) const SUITE: Ciphersuite = Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;

/// A device with its signing key, and the store for what is private of its key packages and groups.
pub struct Device {
    pub(super) provider: OpenMlsRustCrypto,
    pub(super) signer: SignatureKeyPair,
}

impl Device {
    pub fn new() -> Result<Self> {
        let provider = OpenMlsRustCrypto::default();
        let signer = SignatureKeyPair::new(SignatureScheme::ED25519).ok().context("a signing key")?;
        signer.store(provider.storage()).ok().context("a store in memory")?;
        Ok(Self { provider, signer })
    }

    /// For the ticket: Ed25519, base64url.
    pub fn public(&self) -> String {
        to_base64url(self.signer.public())
    }

    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>> {
        self.signer.sign(message).ok().context("signed")
    }
}
