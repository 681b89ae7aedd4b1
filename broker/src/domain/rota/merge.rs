//! A draft goes on while duties are taken over and swapped.

use super::{Override, Rota};

/// The draft `mine`, which was begun upon `base`, upon what is published now: possible where nothing but overrides came
/// to it, and nothing but swaps went from it. What came counts over the draft's: it is what people do now. A swap that was
/// taken back goes from the draft too.
pub fn merged(base: &Rota, published: &Rota, mine: &Rota) -> Option<Rota> {
    let plain = |rota: &Rota| Rota { overrides: vec![], ..rota.clone() };
    if plain(base) != plain(published) {
        return None;
    }
    let (gone, added) = difference(&base.overrides, &published.overrides)?;
    let mut overrides = mine.overrides.clone();
    for gone in gone {
        if let Some(at) = overrides.iter().position(|o| o == gone) {
            overrides.remove(at);
        }
    }
    // The draft has those already that it was changed upon since.
    let new = added.iter().filter(|o| !mine.overrides.contains(o)).cloned();
    overrides.extend(new);
    Some(Rota { overrides, ..mine.clone() })
}

/// What of `old` is no more, and what `new` has behind the rest; `None` where anything but a swap went, or the order is
/// another one.
fn difference<'a>(old: &'a [Override], new: &'a [Override]) -> Option<(Vec<&'a Override>, &'a [Override])> {
    let mut rest = new;
    let mut gone = Vec::new();
    for known in old {
        match rest.split_first() {
            Some((first, others)) if first == known => rest = others,
            _ => gone.push(known),
        }
    }
    (gone.iter().all(|o| o.swap.is_some()) && rest.iter().all(|o| !old.contains(o))).then_some((gone, rest))
}
