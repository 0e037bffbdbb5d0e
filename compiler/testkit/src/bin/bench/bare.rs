//! The yardsticks: what any compiler of this input into this output has to do at least.

use std::path::Path;

use granit_parser::{Event, Parser};

use crate::Outcome;

/// A tree of YAML without places, checks or anything else.
#[derive(Debug)]
pub(crate) enum Tree {
    /// A scalar's text.
    Scalar(String),
    /// A list.
    List(Vec<Tree>),
    /// Keys and values.
    Map(Vec<(Tree, Tree)>),
}

impl Tree {
    /// How many nodes it has.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Scalar(text) => usize::from(!text.is_empty()),
            Self::List(items) => 1 + items.iter().map(Self::size).sum::<usize>(),
            Self::Map(entries) => {
                1 + entries.iter().map(|(key, value)| key.size() + value.size()).sum::<usize>()
            }
        }
    }
}

/// Reads a document with the parser the compiler uses, and nothing more.
pub(crate) fn read(text: &str) -> Outcome<Tree> {
    let mut open: Vec<Vec<Tree>> = vec![Vec::new()];
    for item in Parser::new_from_str(text) {
        let done = match item?.0 {
            Event::Scalar(text, ..) => Tree::Scalar(text.into_owned()),
            Event::SequenceStart(..) | Event::MappingStart(..) => {
                open.push(Vec::new());
                continue;
            }
            Event::SequenceEnd => Tree::List(open.pop().unwrap_or_default()),
            Event::MappingEnd => Tree::Map(pairs(open.pop().unwrap_or_default())),
            _ => continue,
        };
        open.last_mut().ok_or("unbalanced")?.push(done);
    }
    open.pop().and_then(|mut root| root.pop()).ok_or_else(|| "an empty document".into())
}

fn pairs(items: Vec<Tree>) -> Vec<(Tree, Tree)> {
    let mut items = items.into_iter();
    let mut pairs = Vec::with_capacity(items.len() / 2);
    while let (Some(key), Some(value)) = (items.next(), items.next()) {
        pairs.push((key, value));
    }
    pairs
}

/// Copies a tree of files; how many.
pub(crate) fn copy(from: &Path, to: &Path) -> Outcome<usize> {
    std::fs::create_dir_all(to)?;
    let mut files = 0;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            files += copy(&entry.path(), &to)?;
        } else {
            std::fs::copy(entry.path(), to)?;
            files += 1;
        }
    }
    Ok(files)
}
