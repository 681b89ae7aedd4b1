//! A draft goes on while somebody takes a duty over.

use super::Rota;

/// The draft `mine`, which was begun upon `base`, upon what is published now: possible where nothing but overrides came
/// to it. These count over those of the draft: they are what people do now.
pub fn merged(base: &Rota, published: &Rota, mine: &Rota) -> Option<Rota> {
    let plain = |rota: &Rota| Rota { overrides: vec![], ..rota.clone() };
    let added = published.overrides.strip_prefix(&base.overrides[..])?;
    if plain(base) != plain(published) {
        return None;
    }
    // The draft has those already that it was changed upon since.
    let added = added.iter().filter(|o| !mine.overrides.contains(o));
    let overrides = mine.overrides.iter().chain(added).cloned().collect();
    Some(Rota { overrides, ..mine.clone() })
}
