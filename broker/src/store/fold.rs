//! Text as wild cards compare it: folded here, because SQLite folds ASCII only and PostgreSQL by its locale.

use std::borrow::Cow;

/// Lower case, character by character (so that a part of a word folds as the whole word does).
pub(super) fn fold(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// Without NUL, which PostgreSQL's text cannot hold. DICOM pads with it, and attackers try it.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { text.replace('\0', "").into() } else { text.into() }
}

/// Longest pattern that is compared. DICOM's longest name has 3 × 64 characters; longer ones cannot match anything.
const MAX_PATTERN: usize = 256;

/// DICOM wild cards (PS3.4 C.2.2.2.4: `*` any run, `?` one character) as a `LIKE` pattern with `ESCAPE '\'`; `None` when
/// nothing can match. Runs of `*` become one, which keeps the comparison's cost low.
pub(super) fn like(wildcard: &str) -> Option<String> {
    if wildcard.chars().count() > MAX_PATTERN {
        return None;
    }
    let mut pattern = String::with_capacity(wildcard.len() + 8);
    let mut in_run = false;
    for c in wildcard.chars() {
        match c {
            '*' if in_run => {}
            '*' => pattern.push('%'),
            '?' => pattern.push('_'),
            '%' | '_' | '\\' => pattern.extend(['\\', c]),
            c => pattern.push(c),
        }
        in_run = c == '*';
    }
    Some(pattern)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_become_like_patterns() {
        assert_eq!(like("M*ll?r").as_deref(), Some("M%ll_r"));
        assert_eq!(like("100%_\\**").as_deref(), Some("100\\%\\_\\\\%"));
        assert_eq!(like("%*").as_deref(), Some("\\%%"), "an escaped percent sign is not a run");
        assert_eq!(like(&"x".repeat(MAX_PATTERN + 1)), None);
    }

    #[test]
    fn folding_knows_umlauts_and_leaves_no_nul() {
        assert_eq!(fold("MÜLLER^Äße"), "müller^äße");
        assert_eq!(clean("a\0b"), "ab");
    }
}
