//! The tree, built from the parser's events on a stack of its own.

use super::anchors::{Anchors, measure};
use super::mapping::{self, Merge};
use super::{Limits, decode, empty_file, syntax, traps};
use crate::{Diagnostic, Diagnostics, Entry, FileId, Node, NodeKind, Span, codes};
use granit_parser::{Event, ScalarStyle, ScanError, StructureStyle};

/// After how many bad aliases reading stops. Each costs a search for what was meant.
const BAD_ALIASES: usize = 100;

/// A list or mapping that is still open.
struct Frame {
    start: u32,
    flow: bool,
    anchor: usize,
    body: Body,
}

enum Body {
    List(Vec<Node>),
    Map { entries: Vec<Entry>, next: Next, merge: Option<Merge> },
}

/// What the next node of a mapping is.
enum Next {
    Key,
    Value(Box<str>, Span),
    Merged(Span),
    /// The value of a key that was refused.
    Dropped,
}

/// The state of reading one document.
pub(super) struct Builder<'a> {
    pub(super) file: FileId,
    pub(super) text: &'a str,
    pub(super) diagnostics: Diagnostics,
    limits: Limits,
    frames: Vec<Frame>,
    root: Option<Node>,
    anchors: Anchors,
    /// The weight of all nodes, copies kept for aliases included.
    weight: usize,
    /// Where the last token that belongs to a value ended.
    end: u32,
    documents: usize,
    bad_aliases: usize,
    /// Whether a node is missing, so that the tree would mislead later passes.
    hole: bool,
    /// A trap already reported, which the parser may stumble over once more.
    pub(super) trap: Option<Span>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(file: FileId, text: &'a str, limits: Limits) -> Self {
        Self {
            file,
            text,
            diagnostics: Diagnostics::default(),
            limits,
            frames: Vec::new(),
            root: None,
            anchors: Anchors::default(),
            weight: 0,
            end: 0,
            documents: 0,
            bad_aliases: 0,
            hole: false,
            trap: None,
        }
    }

    /// Takes one event; whether to go on.
    pub(super) fn event(&mut self, event: Event<'a>, at: granit_parser::Span) -> bool {
        let span = self.span(&at);
        if let (Some(_), Some(tag)) = (event.tag(), at.tag_span().or(Some(at))) {
            self.diagnostics.push(syntax::tag(self.span(&tag)));
        }
        match event {
            Event::DocumentStart(..) => return self.document(span),
            Event::Scalar(text, style, anchor, _) => {
                return self.scalar(&text, style, anchor, span);
            }
            Event::SequenceStart(style, anchor, _) => {
                return self.open(style, anchor, span, Body::List(Vec::new()));
            }
            Event::MappingStart(style, anchor, _) => {
                let body = Body::Map { entries: Vec::new(), next: Next::Key, merge: None };
                return self.open(style, anchor, span, body);
            }
            Event::SequenceEnd | Event::MappingEnd => return self.close(span),
            Event::Anchor(_, name) => self.anchors.name(&name),
            Event::Alias(id) => return self.alias(id, span),
            Event::UnresolvedAlias(name) => return self.unknown_alias(&name, span),
            _ => {}
        }
        true
    }

    /// Reports an error of the parser; reading ends with it.
    pub(super) fn syntax_error(&mut self, error: &ScanError) -> bool {
        self.hole = true;
        let at = self.boundary(error.marker().byte_offset().unwrap_or(self.text.len()));
        if self.trap.is_some_and(|trap| (trap.start..=trap.end).contains(&at)) {
            return false;
        }
        let flow = self.frames.iter().rev().find(|frame| frame.flow).map(|frame| frame.start);
        let place = syntax::Place { file: self.file, text: self.text, at, flow };
        self.diagnostics.push(syntax::explain(error.kind(), &place));
        false
    }

    /// The tree, where it can be used, and all that was found.
    pub(super) fn finish(mut self) -> (Option<Node>, Diagnostics) {
        // What an error left open is looked through as well.
        for frame in std::mem::take(&mut self.frames) {
            if let Body::Map { entries, .. } = frame.body {
                mapping::finish(entries, None, &mut self.diagnostics);
            }
        }
        if !self.hole && self.root.as_ref().is_none_or(Node::is_null) {
            let span = self.root.as_ref().map_or(Span::new(self.file, 0, 0), |node| node.span);
            self.diagnostics.push(empty_file(span));
            self.hole = true;
        }
        (self.root.filter(|_| !self.hole), self.diagnostics)
    }

    fn document(&mut self, span: Span) -> bool {
        self.documents += 1;
        if self.documents > 1 {
            let message = "a second document begins here";
            let refusal = Diagnostic::new(codes::MANY_DOCUMENTS, span, message)
                .help("keep one document per file: remove the `---` or move the rest away");
            self.diagnostics.push(refusal);
        }
        self.documents == 1
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, anchor: usize, span: Span) -> bool {
        let span = self.scalar_span(style, span);
        self.end = span.end;
        self.check_text(text, span);
        let plain = style == ScalarStyle::Plain;
        let node = if plain && matches!(text, "" | "~" | "null") {
            match traps::comment_as_value(self, span) {
                // A null would only be complained of once more.
                true => Node::scalar("", true, span),
                false => Node::null(span),
            }
        } else {
            if plain {
                traps::cut_short(self, text, span);
            }
            Node::scalar(text, !plain, span)
        };
        if !self.keep(anchor, &node) {
            return false;
        }
        if self.wants_key() {
            self.key(text, style, span);
            return true;
        }
        self.charge(1, span) && self.place(node)
    }

    /// The place of a scalar, made useful for edits.
    fn scalar_span(&self, style: ScalarStyle, span: Span) -> Span {
        let written = self.text.get(span.start as usize..span.end as usize).unwrap_or("");
        match style {
            // The line breaks behind a block scalar belong to nobody.
            ScalarStyle::Literal | ScalarStyle::Folded => {
                let end = written.trim_end_matches(['\n', '\r', ' ', '\t']).len() as u32;
                Span::new(self.file, span.start, span.start + end)
            }
            // A missing value stands behind the colon, not before it.
            ScalarStyle::Plain if written.is_empty() => {
                let colon = self.text.as_bytes().get(span.start as usize) == Some(&b':');
                let at = span.start + u32::from(colon);
                Span::new(self.file, at, at)
            }
            _ => span,
        }
    }

    /// Refuses control characters that came in through escapes.
    fn check_text(&mut self, text: &str, span: Span) {
        let bad = |byte: u8| byte < 0x20 || byte == 0x7f || byte == 0xc2;
        if !text.bytes().any(bad) {
            return;
        }
        if let Some(character) = text.chars().find(|c| c.is_control() && !"\t\n".contains(*c)) {
            self.diagnostics.push(decode::control_character(span, character));
        }
    }

    fn wants_key(&self) -> bool {
        matches!(self.frames.last(), Some(Frame { body: Body::Map { next: Next::Key, .. }, .. }))
    }

    fn key(&mut self, text: &str, style: ScalarStyle, span: Span) {
        let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        let flow = self.frames.last().is_some_and(|frame| frame.flow);
        if !flow && self.byte_before(span.start) == Some(b'\t') {
            self.diagnostics.push(syntax::tab(Span::new(self.file, span.start - 1, span.start)));
        }
        if block || text.is_empty() || span.start == span.end {
            let what = if block { "a key cannot be a block of text" } else { "the key is empty" };
            self.refuse_key(span, what);
        } else if style == ScalarStyle::Plain && text == "<<" {
            self.set_next(Next::Merged(span));
        } else {
            self.set_next(Next::Value(text.into(), span));
        }
    }

    fn refuse_key(&mut self, span: Span, message: &str) {
        self.diagnostics.push(traps::bad_key(self.text, span, message));
        // A template is no mapping: nobody needs to hear what is wrong with it as one.
        self.hole |= traps::is_template(self.text, span);
        self.set_next(Next::Dropped);
    }

    fn set_next(&mut self, to: Next) {
        if let Some(Frame { body: Body::Map { next, .. }, .. }) = self.frames.last_mut() {
            *next = to;
        }
    }

    fn open(&mut self, style: StructureStyle, anchor: usize, span: Span, body: Body) -> bool {
        if self.frames.len() >= self.limits.depth {
            return self.stop(syntax::too_deep(span));
        }
        self.end = span.end;
        let flow = style == StructureStyle::Flow;
        self.frames.push(Frame { start: span.start, flow, anchor, body });
        self.charge(1, span)
    }

    fn close(&mut self, span: Span) -> bool {
        let Some(frame) = self.frames.pop() else { return true };
        // A bracket ends where it stands; a block ends with its last value.
        if span.end > span.start {
            self.end = span.end;
        }
        let span = Span::new(self.file, frame.start, self.end);
        let kind = match frame.body {
            Body::List(items) => NodeKind::List(items),
            Body::Map { entries, merge, .. } => {
                let merge = merge.filter(|_| !self.hole);
                NodeKind::Map(mapping::finish(entries, merge, &mut self.diagnostics))
            }
        };
        let node = Node { kind, span };
        self.keep(frame.anchor, &node) && self.place(node)
    }

    /// Keeps a copy of an anchored node for its aliases; 0 is the parser's word for no anchor.
    fn keep(&mut self, anchor: usize, node: &Node) -> bool {
        if anchor == 0 {
            return true;
        }
        let size = measure(node);
        if !self.charge(size.weight, node.span) {
            return false;
        }
        self.anchors.complete(anchor, node, size);
        true
    }

    fn alias(&mut self, id: usize, span: Span) -> bool {
        self.end = span.end;
        if self.wants_key() {
            self.refuse_key(span, "a key cannot be an alias");
            return true;
        }
        let Some(size) = self.anchors.size(id) else {
            let message = "the alias stands inside its own anchor";
            let refusal = Diagnostic::new(codes::BAD_ALIAS, span, message)
                .help("a value cannot contain itself; write it out");
            return self.bad_alias(refusal, span);
        };
        if self.frames.len() + size.depth > self.limits.depth {
            return self.stop(syntax::too_deep(span));
        }
        if !self.charge(size.weight, span) {
            return false;
        }
        let copy = self.anchors.copy(id).unwrap_or(Node::null(span));
        self.place(copy)
    }

    fn unknown_alias(&mut self, name: &str, span: Span) -> bool {
        self.end = span.end;
        let flow = self.frames.last().is_some_and(|frame| frame.flow);
        let refusal = match traps::star(self.text, span.start, flow, span) {
            Some(trap) => {
                self.trap = trap.primary.as_ref().map(|label| label.span);
                trap
            }
            None => {
                let known = self.anchors.closest(name).map(|name| format!("*{name}"));
                let message = format!("the alias `*{name}` has no anchor `&{name}` before it");
                Diagnostic::new(codes::BAD_ALIAS, span, message)
                    .help("if no alias is meant, quote the value")
                    .did_you_mean(known.as_deref())
            }
        };
        self.bad_alias(refusal, span)
    }

    /// Reports an alias that leads nowhere and goes on with a hole in its place.
    fn bad_alias(&mut self, refusal: Diagnostic, span: Span) -> bool {
        self.diagnostics.push(refusal);
        self.hole = true;
        self.bad_aliases += 1;
        if self.wants_key() {
            self.set_next(Next::Dropped);
        } else {
            self.place(Node::null(span));
        }
        self.bad_aliases < BAD_ALIASES
    }

    /// Puts a complete node where it belongs.
    fn place(&mut self, node: Node) -> bool {
        let Some(frame) = self.frames.last_mut() else {
            self.root = Some(node);
            return true;
        };
        match &mut frame.body {
            Body::List(items) => items.push(node),
            Body::Map { entries, next, merge } => match std::mem::replace(next, Next::Key) {
                Next::Value(key, key_span) => entries.push(Entry { key, key_span, value: node }),
                Next::Merged(key) => match merge {
                    Some(first) => {
                        self.diagnostics.push(mapping::duplicate("<<", first.key, key));
                    }
                    None => *merge = Some(Merge { key, value: node }),
                },
                Next::Dropped => {}
                Next::Key => self.refuse_key(node.span, "a key must be a plain word"),
            },
        }
        true
    }

    /// Counts nodes against the cap; whether there is room.
    fn charge(&mut self, weight: usize, span: Span) -> bool {
        self.weight = self.weight.saturating_add(weight);
        if self.weight <= self.limits.nodes {
            return true;
        }
        let message = format!("the file grows beyond the cap of {} values here", self.limits.nodes);
        let refusal = Diagnostic::new(codes::TOO_MANY_NODES, span, message)
            .help("aliases are copied where they stand; use fewer of them");
        self.stop(refusal)
    }

    fn stop(&mut self, refusal: Diagnostic) -> bool {
        self.diagnostics.push(refusal);
        self.hole = true;
        false
    }

    fn byte_before(&self, at: u32) -> Option<u8> {
        self.text.as_bytes().get((at as usize).checked_sub(1)?).copied()
    }

    fn span(&self, span: &granit_parser::Span) -> Span {
        let range = span.byte_range().unwrap_or(0..0);
        Span::new(self.file, self.boundary(range.start), self.boundary(range.end))
    }

    /// The offset as 32 bits, moved back into the text and onto a character where it is not.
    fn boundary(&self, offset: usize) -> u32 {
        syntax::boundary(self.text, offset)
    }
}
