//! The document's structure, for those who have it read aloud.

use crate::flow::{Kind, Node, Placed};
use krilla::{
    geom::Rect,
    tagging::{BBox, Identifier, Node as Child, TableHeaderScope, Tag, TagGroup, TagKind, TagTree},
};
use std::num::NonZeroU16;

/// Collects what is drawn for each node.
pub(super) struct Structure<'a> {
    nodes: &'a [Node],
    drawn: Vec<Vec<Identifier>>,
    boxes: Vec<Option<BBox>>,
    page: usize,
}

impl<'a> Structure<'a> {
    pub(super) fn new(nodes: &'a [Node]) -> Self {
        Self { nodes, drawn: nodes.iter().map(|_| vec![]).collect(), boxes: vec![None; nodes.len()], page: 0 }
    }

    pub(super) fn add(&mut self, node: usize, id: Identifier) {
        self.drawn[node].push(id);
    }

    /// Where a figure stands on the current page.
    pub(super) fn add_figure(&mut self, placed: &Placed, id: Identifier) {
        self.add(placed.node, id);
        let rect = Rect::from_xywh(placed.x, placed.y, placed.figure.width, placed.figure.height);
        self.boxes[placed.node] = rect.map(|rect| BBox::new(self.page, rect));
    }

    /// The next page begins.
    pub(super) fn turn(&mut self) {
        self.page += 1;
    }

    pub(super) fn tree(self, language: &str) -> TagTree {
        let mut groups: Vec<Option<TagGroup>> = Vec::new();
        let mut tree = TagTree::new();
        for ((node, ids), place) in self.nodes.iter().zip(self.drawn).zip(self.boxes) {
            let children = ids.into_iter().map(Child::from).collect();
            groups.push(Some(TagGroup::with_children(tag(&node.kind, place), children)));
        }
        // Parents stand before their children: from the back, every group is whole when it moves into its parent.
        let mut roots = Vec::new();
        for at in (0..groups.len()).rev() {
            let Some(mut group) = groups[at].take() else { continue };
            reverse_groups(&mut group);
            match self.nodes[at].parent.and_then(|parent| groups[parent].as_mut()) {
                Some(parent) => parent.push(group),
                None => roots.push(group),
            }
        }
        for group in roots.into_iter().rev() {
            tree.push(group);
        }
        tree.with_lang(Some(language.to_owned()))
    }
}

/// Groups arrive last one first.
fn reverse_groups(group: &mut TagGroup) {
    if group.children.iter().all(|child| matches!(child, Child::Group(_))) {
        group.children.reverse();
    }
}

fn tag(kind: &Kind, place: Option<BBox>) -> TagKind {
    match kind {
        Kind::Paragraph => Tag::P.into(),
        Kind::Heading(level, title) => {
            let level = NonZeroU16::new((*level).into()).unwrap_or(NonZeroU16::MIN);
            Tag::Hn(level, Some(title.clone())).into()
        }
        Kind::Caption => Tag::Caption.into(),
        Kind::Figure(alt) => Tag::Figure(Some(alt.clone())).with_bbox(place).into(),
        Kind::Table => Tag::Table.into(),
        Kind::TableRow => Tag::TR.into(),
        Kind::Header => Tag::TH(TableHeaderScope::Row).into(),
        Kind::Data => Tag::TD.into(),
    }
}
