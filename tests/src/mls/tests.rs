//! Members among themselves; that browsers and they agree is asked in `tests/browser/encryption.spec.mjs`.

use super::group::{Followed, Group, Trust, key_package};
use super::{Codec, Device, HEADER, Opener, Place, Sealer, check, to_base64url};
use ring::signature::{Ed25519KeyPair, KeyPair};
use schemas::UnixMillis;
use serde_json::json;
use std::rc::Rc;

const CONSULT: &str = "018f2c5e-0000-7000-8000-000000000001";
const NOW: UnixMillis = UnixMillis(1_796_000_000_000);

/// Attests as the broker does.
struct Installation(Ed25519KeyPair);

struct Peer {
    device: Rc<Device>,
    identity: Vec<u8>,
}

impl Installation {
    fn new() -> Self {
        Self(Ed25519KeyPair::from_seed_unchecked(&rand::random::<[u8; 32]>()).unwrap())
    }

    fn trust(&self) -> Trust {
        Trust { authority: self.0.public_key().as_ref().to_vec(), consult: CONSULT.to_owned() }
    }

    fn peer(&self, person: &str, role: &str) -> Peer {
        let device = Rc::new(Device::new().unwrap());
        let payload = json!({
            "person": person, "name": person, "hospital": null, "role": role, "consult": CONSULT,
            "key": device.public(), "not_before": NOW.0, "expires": NOW.0 + 1_000,
        });
        let signed = [to_base64url(HEADER.as_bytes()), to_base64url(payload.to_string().as_bytes())].join(".");
        let signature = to_base64url(self.0.sign(signed.as_bytes()).as_ref());
        Peer { device, identity: format!("{signed}.{signature}").into_bytes() }
    }

    /// A group of two.
    fn two(&self) -> (Group, Group) {
        let (anna, ben) = (self.peer("anna", "specialist"), self.peer("ben", "referrer"));
        let mut first = Group::create(Rc::clone(&anna.device), &anna.identity, self.trust(), 7).unwrap();
        let second = self.add(&mut first, &ben, "ben", false);
        (first, second)
    }

    fn add(&self, by: &mut Group, peer: &Peer, person: &str, is_guest: bool) -> Group {
        let package = key_package(&peer.device, &peer.identity).unwrap();
        let package = by.checked(&package, person, is_guest, NOW).unwrap();
        let staged = by.stage(vec![package], &[]).unwrap();
        by.adopt().unwrap();
        Group::join(Rc::clone(&peer.device), &staged.welcome.unwrap(), self.trust(), 7, NOW).unwrap()
    }
}

/// Sealer and opener of a member in its epoch.
fn ends(group: &Group) -> (Sealer, Opener) {
    let keys = group.keys(NOW).unwrap();
    let (mut sealer, mut opener) = (Sealer::new(), Opener::default());
    sealer.take(&keys.media, &keys).unwrap();
    opener.take(&keys.media, &keys);
    (sealer, opener)
}

#[test]
fn members_share_an_epoch_and_its_keys() {
    let (mut anna, mut ben) = Installation::new().two();
    for _ in 0..3 {
        let staged = ben.stage(vec![], &[]).unwrap();
        assert_eq!(anna.follow(&staged.commit, NOW).unwrap(), Followed::Epoch);
        ben.adopt().unwrap();
        let (one, other) = (anna.keys(NOW).unwrap(), ben.keys(NOW).unwrap());
        assert!(one.media == other.media && one.data == other.data && one.authenticator == other.authenticator);
        assert!(one.media != one.data && one.epoch == other.epoch && one.leaf != other.leaf);
    }
}

#[test]
fn whoever_is_removed_gets_no_further_key() {
    let installation = Installation::new();
    let (mut anna, mut ben) = installation.two();
    let before = anna.keys(NOW).unwrap();
    let staged = anna.stage(vec![], &[ben.leaf()]).unwrap();
    anna.adopt().unwrap();
    assert_eq!(ben.follow(&staged.commit, NOW).unwrap(), Followed::Removed);
    let (mut sealer, _) = ends(&anna);
    let mut opener = Opener::default();
    opener.take(&before.media, &before);
    let sealed = sealer.frame(Codec::Opus, b"a word").unwrap();
    assert_eq!(opener.frame(Codec::Opus, &sealed).unwrap_err().to_string(), "no_key");
}

#[test]
fn a_frame_opens_once_for_its_sender_and_codec_alone() {
    let (anna, ben) = Installation::new().two();
    let ((mut sealer, _), (_, mut opener)) = (ends(&anna), ends(&ben));
    let frame = [&[0x9d; 10][..], b"the rest of a delta frame"].concat();
    let sealed = sealer.frame(Codec::Vp8, &frame).unwrap();
    assert!(sealed.starts_with(&frame[..3]) && !sealed.windows(8).any(|part| part == b"the rest"));
    let mut changed = sealed.clone();
    changed[1] ^= 1;
    assert!(opener.frame(Codec::Vp8, &changed).is_err(), "the clear bytes are bound");
    assert!(opener.frame(Codec::Opus, &sealed).is_err(), "so is the codec");
    assert_eq!(opener.frame(Codec::Vp8, &sealed).unwrap(), ("anna".to_owned(), frame));
    assert!(opener.frame(Codec::Vp8, &sealed).is_err(), "not twice");
}

#[test]
fn a_value_belongs_to_its_place() {
    let (anna, ben) = Installation::new().two();
    let ((mut sealer, _), (_, mut opener)) = (ends(&anna), ends(&ben));
    let sealed = sealer.value(Place::Put("ann/1"), b"mass").unwrap();
    assert!(opener.value(Place::Put("ann/2"), &sealed).is_err());
    assert!(opener.value(Place::Pointer("ann/1"), &sealed).is_err());
    assert_eq!(opener.value(Place::Put("ann/1"), &sealed).unwrap().1, b"mass");
}

#[test]
fn a_guest_changes_nobody_s_membership() {
    let installation = Installation::new();
    let (mut anna, mut ben) = installation.two();
    let guest = installation.peer("gast", "guest");
    let package = key_package(&guest.device, &guest.identity).unwrap();
    assert!(anna.checked(&package, "gast", false, NOW).is_err(), "the service calls the guest one of the team");
    let package = anna.checked(&package, "gast", true, NOW).unwrap();
    let staged = anna.stage(vec![package], &[]).unwrap();
    anna.adopt().unwrap();
    ben.follow(&staged.commit, NOW).unwrap();
    let mut gast =
        Group::join(Rc::clone(&guest.device), &staged.welcome.unwrap(), installation.trust(), 7, NOW).unwrap();
    let renewal = gast.stage(vec![], &[]).unwrap();
    assert_eq!(anna.follow(&renewal.commit, NOW).unwrap(), Followed::Epoch);
    gast.adopt().unwrap();
    let removal = gast.stage(vec![], &[ben.leaf()]).unwrap();
    assert_eq!(anna.follow(&removal.commit, NOW).unwrap_err().to_string(), "guest_commit");
}

#[test]
fn nobody_comes_in_under_another_installation_s_word() {
    let (ours, theirs) = (Installation::new(), Installation::new());
    let (anna, _) = ours.two();
    let mallory = theirs.peer("mallory", "specialist");
    let package = key_package(&mallory.device, &mallory.identity).unwrap();
    assert_eq!(anna.checked(&package, "mallory", false, NOW).unwrap_err().to_string(), "attestation_unknown");
    let ben = ours.peer("ben", "specialist");
    let Trust { authority, consult } = ours.trust();
    assert!(check(&ben.identity, &authority, &consult, &mallory.device.public().into_bytes(), NOW).is_err());
    let late = UnixMillis(NOW.0 + 3_600_000);
    let package = key_package(&ben.device, &ben.identity).unwrap();
    assert_eq!(anna.checked(&package, "ben", false, late).unwrap_err().to_string(), "attestation_not_valid_now");
}
