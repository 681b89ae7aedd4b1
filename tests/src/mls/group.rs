//! One member's end of the group, over `openmls`.

use super::attestation::{self, Attested};
use super::device::{Device, SUITE};
use super::keys::EpochKeys;
use anyhow::{Context, Result, anyhow, bail, ensure};
use openmls::prelude::tls_codec::{DeserializeBytes, Serialize};
use openmls::prelude::{
    BasicCredential, Capabilities, Credential, CredentialType, CredentialWithKey, GroupId, KeyPackage, LeafNodeIndex,
    Lifetime, MlsGroup, MlsGroupCreateConfig, MlsGroupJoinConfig, MlsMessageBodyIn, MlsMessageIn, MlsMessageOut,
    OpenMlsProvider, PURE_CIPHERTEXT_WIRE_FORMAT_POLICY, ProcessedMessage, ProcessedMessageContent, Proposal,
    ProtocolVersion, Sender, SenderRatchetConfiguration, StagedCommit, StagedWelcome,
};
use schemas::UnixMillis;
use schemas::room::MAX_MEMBERS;
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::rc::Rc;

/// A day for clocks that are off; the attestation is what limits a key package. Seconds.
const LIFETIME: u64 = 24 * 3600;
const MEDIA: &str = "SFrame 1.0 Base Key";
const DATA: &str = "Telekonsil 1.0 Data Base Key";
/// Of AES-128.
const BASE_KEY: usize = 16;

/// Whom members are checked against.
#[derive(Clone)]
pub struct Trust {
    /// The installation's Ed25519 key.
    pub authority: Vec<u8>,
    pub consult: String,
}

/// A leaf of the tree.
pub struct Person {
    pub leaf: u32,
    pub attested: Attested,
    /// Ed25519.
    pub key: Vec<u8>,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Followed {
    Epoch,
    Removed,
}

pub struct Group {
    mls: MlsGroup,
    device: Rc<Device>,
    trust: Trust,
    generation: u64,
}

/// A commit that waits for the delivery service.
pub struct Staged {
    pub commit: Vec<u8>,
    pub welcome: Option<Vec<u8>>,
}

pub(super) fn key_package(device: &Device, identity: &[u8]) -> Result<Vec<u8>> {
    let built = KeyPackage::builder()
        .key_package_lifetime(Lifetime::new(LIFETIME))
        .leaf_node_capabilities(capabilities())
        .build(SUITE, &device.provider, &device.signer, credential(device, identity));
    encoded(&MlsMessageOut::from(ok(built)?.key_package().clone()))
}

impl Group {
    /// A new one with this member alone.
    pub fn create(device: Rc<Device>, identity: &[u8], trust: Trust, generation: u64) -> Result<Self> {
        let config = MlsGroupCreateConfig::builder()
            .ciphersuite(SUITE)
            .capabilities(capabilities())
            .use_ratchet_tree_extension(true)
            .wire_format_policy(PURE_CIPHERTEXT_WIRE_FORMAT_POLICY)
            .sender_ratchet_configuration(SenderRatchetConfiguration::new(64, 256))
            .max_past_epochs(2)
            .build();
        let id = group_id(&trust, generation);
        let own = credential(&device, identity);
        let mls = ok(MlsGroup::new_with_group_id(&device.provider, &device.signer, &config, id, own))?;
        Ok(Self { mls, device, trust, generation })
    }

    pub fn join(device: Rc<Device>, welcome: &[u8], trust: Trust, generation: u64, now: UnixMillis) -> Result<Self> {
        let config = MlsGroupJoinConfig::builder()
            .use_ratchet_tree_extension(true)
            .wire_format_policy(PURE_CIPHERTEXT_WIRE_FORMAT_POLICY)
            .sender_ratchet_configuration(SenderRatchetConfiguration::new(64, 256))
            .max_past_epochs(2)
            .build();
        let MlsMessageBodyIn::Welcome(welcome) = decoded(welcome)?.extract() else { bail!("malformed") };
        let staged = ok(StagedWelcome::new_from_welcome(&device.provider, &config, welcome, None))?;
        let mls = ok(staged.into_group(&device.provider))?;
        ensure!(*mls.group_id() == group_id(&trust, generation), "other_group");
        let group = Self { mls, device, trust, generation };
        group.check_people(now)?;
        Ok(group)
    }

    pub fn epoch(&self) -> u64 {
        self.mls.epoch().as_u64()
    }

    pub fn generation(&self) -> u64 {
        self.generation
    }

    pub fn leaf(&self) -> u32 {
        self.mls.own_leaf_index().u32()
    }

    /// In the order of the leaves, each checked.
    pub fn people(&self, now: UnixMillis) -> Result<Vec<Person>> {
        let person = |member: openmls::prelude::Member| {
            let attested = self.attested(&member.credential, &member.signature_key, now)?;
            Ok(Person { leaf: member.index.u32(), attested, key: member.signature_key })
        };
        self.mls.members().map(person).collect()
    }

    pub fn keys(&self, now: UnixMillis) -> Result<EpochKeys> {
        let crypto = self.device.provider.crypto();
        let base = |label| ok(self.mls.export_secret(crypto, label, &[], BASE_KEY));
        let people = self.people(now)?.into_iter().map(|person| (person.leaf, person.attested.person)).collect();
        Ok(EpochKeys {
            generation: self.generation,
            epoch: self.epoch(),
            leaf: self.leaf(),
            people,
            media: base(MEDIA)?,
            data: base(DATA)?,
            authenticator: self.mls.epoch_authenticator().as_slice().to_vec(),
        })
    }

    /// The key package of somebody who waits, if it is that person's.
    pub fn checked(&self, message: &[u8], person: &str, is_guest: bool, now: UnixMillis) -> Result<KeyPackage> {
        let MlsMessageBodyIn::KeyPackage(package) = decoded(message)?.extract() else { bail!("key_package_malformed") };
        let package = ok(package.validate(self.device.provider.crypto(), ProtocolVersion::Mls10))?;
        let leaf = package.leaf_node();
        let attested = self.attested(leaf.credential(), leaf.signature_key().as_slice(), now)?;
        ensure!(attested.person == person, "attestation_other_person");
        ensure!(attested.is_guest() == is_guest, "attestation_other_role");
        Ok(package)
    }

    /// Without a change it renews this member's keys. Counts once [`Self::adopt`] is called.
    pub fn stage(&mut self, add: Vec<KeyPackage>, remove: &[u32]) -> Result<Staged> {
        self.set_aside()?;
        let provider = &self.device.provider;
        let built = self
            .mls
            .commit_builder()
            .force_self_update(true)
            .propose_removals(remove.iter().copied().map(LeafNodeIndex::new))
            .propose_adds(add)
            .load_psks(provider.storage());
        let built = ok(built)?.build(provider.rand(), provider.crypto(), &self.device.signer, |_| true);
        let bundle = ok(ok(built)?.stage_commit(provider))?;
        let welcome = bundle.to_welcome_msg().map(|welcome| encoded(&welcome)).transpose()?;
        Ok(Staged { commit: encoded(bundle.commit())?, welcome })
    }

    /// The delivery service took the staged commit.
    pub fn adopt(&mut self) -> Result<()> {
        ok(self.mls.merge_pending_commit(&self.device.provider))
    }

    /// Somebody else's commit.
    pub fn follow(&mut self, commit: &[u8], now: UnixMillis) -> Result<Followed> {
        self.set_aside()?;
        let message = self.opened(commit)?;
        let Sender::Member(author) = *message.sender() else { bail!("external_commit") };
        let ProcessedMessageContent::StagedCommitMessage(staged) = message.into_content() else {
            bail!("forbidden_proposal")
        };
        self.judge(&staged, author, now)?;
        let before = self.mls.member_at(author).context("not_a_member")?;
        let is_removed = staged.self_removed();
        ok(self.mls.merge_staged_commit(&self.device.provider, *staged))?;
        if is_removed {
            return Ok(Followed::Removed);
        }
        let after = self.mls.member_at(author).context("forbidden_proposal")?;
        ensure!(before.signature_key == after.signature_key, "forbidden_proposal");
        // An attestation that ends soon is renewed; who it names stays the same. The one before was checked when it came.
        let who = |member: &openmls::prelude::Member| {
            let basic = BasicCredential::try_from(member.credential.clone()).ok().context("attestation_malformed")?;
            let attested = attestation::claimed(basic.identity())?;
            anyhow::Ok((attested.is_guest(), attested.person))
        };
        ensure!(who(&before)? == who(&after)?, "forbidden_proposal");
        self.check_people(now)?;
        Ok(Followed::Epoch)
    }

    /// Says something, signed; `aad` is bound to it.
    pub fn say(&mut self, payload: &[u8], aad: &[u8]) -> Result<Vec<u8>> {
        self.mls.set_aad(aad.to_vec());
        encoded(&ok(self.mls.create_message(&self.device.provider, &self.device.signer, payload))?)
    }

    /// What somebody said and the key that signed it.
    pub fn hear(&mut self, message: &[u8], aad: &[u8]) -> Result<(Vec<u8>, Vec<u8>)> {
        let message = self.opened(message)?;
        ensure!(message.aad() == aad, "other_place");
        let Sender::Member(author) = *message.sender() else { bail!("not_a_member") };
        let key = self.mls.member_at(author).context("not_a_member")?.signature_key;
        let ProcessedMessageContent::ApplicationMessage(said) = message.into_content() else { bail!("malformed") };
        Ok((said.into_bytes(), key))
    }

    fn opened(&mut self, message: &[u8]) -> Result<ProcessedMessage> {
        let message = match decoded(message)?.extract() {
            MlsMessageBodyIn::PrivateMessage(message) => message,
            MlsMessageBodyIn::PublicMessage(_) => bail!("not_sealed"),
            _ => bail!("malformed"),
        };
        ok(self.mls.process_message(&self.device.provider, message))
    }

    fn judge(&self, staged: &StagedCommit, author: LeafNodeIndex, now: UnixMillis) -> Result<()> {
        let committer = self.mls.member_at(author).context("external_commit")?;
        let committer = self.attested(&committer.credential, &committer.signature_key, now)?;
        for queued in staged.queued_proposals() {
            ensure!(!committer.is_guest(), "guest_commit");
            ensure!(*queued.sender() == Sender::Member(author), "forbidden_proposal");
            ensure!(matches!(queued.proposal(), Proposal::Add(_) | Proposal::Remove(_)), "forbidden_proposal");
        }
        Ok(())
    }

    /// Each attested, each person once, and not too many.
    fn check_people(&self, now: UnixMillis) -> Result<()> {
        let people = self.people(now)?;
        let different: BTreeSet<&str> = people.iter().map(|person| person.attested.person.as_str()).collect();
        ensure!(different.len() == people.len(), "member_twice");
        ensure!(people.len() <= MAX_MEMBERS, "group_full");
        Ok(())
    }

    fn attested(&self, credential: &Credential, key: &[u8], now: UnixMillis) -> Result<Attested> {
        let basic = BasicCredential::try_from(credential.clone()).ok().context("attestation_malformed")?;
        let Trust { authority, consult } = &self.trust;
        attestation::check(basic.identity(), authority, consult, key, now)
    }

    fn set_aside(&mut self) -> Result<()> {
        ok(self.mls.clear_pending_commit(self.device.provider.storage()))
    }
}

fn group_id(Trust { consult, .. }: &Trust, generation: u64) -> GroupId {
    GroupId::from_slice(format!("{consult}:{generation}").as_bytes())
}

fn credential(device: &Device, identity: &[u8]) -> CredentialWithKey {
    CredentialWithKey {
        credential: BasicCredential::new(identity.to_vec()).into(),
        signature_key: device.signer.public().into(),
    }
}

/// What a room needs, and nothing else.
fn capabilities() -> Capabilities {
    let suites = [SUITE];
    Capabilities::new(
        Some(&[ProtocolVersion::Mls10]),
        Some(&suites),
        Some(&[]),
        Some(&[]),
        Some(&[CredentialType::Basic]),
    )
}

fn encoded(message: &MlsMessageOut) -> Result<Vec<u8>> {
    Ok(message.tls_serialize_detached()?)
}

fn decoded(bytes: &[u8]) -> Result<MlsMessageIn> {
    Ok(MlsMessageIn::tls_deserialize_exact_bytes(bytes)?)
}

/// The library's errors, of which some hold no `Error`.
fn ok<T, E: Debug>(result: Result<T, E>) -> Result<T> {
    result.map_err(|error| anyhow!("{error:?}"))
}
