//! `patches`: the user's changes to generated files, made after every target has rendered.

mod merge;
mod tree;

use globset::{GlobBuilder, GlobMatcher};
use stackc_model::{Patch, Stack};
use stackc_source::{Diagnostic, Diagnostics, closest, codes};
use stackc_target::{Artifact, Artifacts, Body, RelPath, plain_yaml};

use tree::Tree;

/// Applies every patch, in the order of their names.
pub(crate) fn apply(stack: &Stack, artifacts: &mut Artifacts, diagnostics: &mut Diagnostics) {
    for patch in &stack.patches {
        if let Err(fault) = one(patch, artifacts, diagnostics) {
            diagnostics.push(*fault);
        }
    }
}

fn one(
    patch: &Patch,
    artifacts: &mut Artifacts,
    diagnostics: &mut Diagnostics,
) -> Result<(), Box<Diagnostic>> {
    let pattern = pattern(patch)?;
    let files: Vec<RelPath> = artifacts
        .iter()
        .filter(|artifact| artifact.target != "schema" && pattern.is_match(artifact.path.as_str()))
        .map(|artifact| artifact.path.clone())
        .collect();
    if files.is_empty() {
        return Err(Box::new(unmatched(patch, artifacts)));
    }
    let mut changed = false;
    let mut faults = Vec::new();
    for path in &files {
        let Some(artifact) = artifacts.get(path.as_str()) else { continue };
        if let Some(text) = patched(patch, artifact, &mut faults) {
            changed = true;
            artifacts.rewrite(path, text);
        }
    }
    if !changed && faults.is_empty() {
        let message =
            format!("the patch `{}` changes nothing: the files say so already", patch.name);
        faults.push(Diagnostic::new(codes::PATCH, patch.merge.span, message).help("take it out"));
    }
    faults.into_iter().for_each(|fault| diagnostics.push(fault));
    Ok(())
}

fn pattern(patch: &Patch) -> Result<GlobMatcher, Box<Diagnostic>> {
    let glob = GlobBuilder::new(&patch.file).literal_separator(true).build();
    glob.map(|glob| glob.compile_matcher()).map_err(|error| {
        let message = format!("`{}` is no pattern of paths: {}", *patch.file, error.kind());
        Box::new(match patch.file.origin.span() {
            Some(span) => Diagnostic::new(codes::PATCH, span, message),
            None => Diagnostic::global(codes::PATCH, message),
        })
    })
}

fn unmatched(patch: &Patch, artifacts: &Artifacts) -> Diagnostic {
    let message = format!("the patch `{}` matches no generated file", patch.name);
    let near = closest(&patch.file, artifacts.iter().map(|artifact| artifact.path.as_str()));
    let span = patch.file.origin.span().unwrap_or(patch.span);
    Diagnostic::new(codes::PATCH, span, message)
        .help("name a file as `stackc build` lists it, seen from the folder the tree lies in")
        .did_you_mean(near)
}

/// The new text of a file; `None` where it stays.
fn patched(patch: &Patch, artifact: &Artifact, faults: &mut Vec<Diagnostic>) -> Option<String> {
    let Body::Whole(text) = &artifact.body else { return refuse(patch, artifact, faults) };
    let path = artifact.path.as_str();
    let structured = [".yaml", ".yml", ".json"].iter().any(|end| path.ends_with(end));
    let Some(mut tree) = structured.then(|| Tree::read(text)).flatten() else {
        return refuse(patch, artifact, faults);
    };
    if !merge::merge(&mut tree, &patch.merge, faults) {
        return None;
    }
    if path.ends_with(".json") {
        return serde_json::to_string_pretty(&tree).ok().map(|text| text + "\n");
    }
    let body = plain_yaml(&tree).ok()?;
    Some(format!("{}{}{body}", header(text), reason(patch)))
}

/// The comment lines a generated file starts with.
fn header(text: &str) -> String {
    text.split_inclusive('\n').take_while(|line| line.starts_with('#')).collect()
}

/// Why the file is not what the compiler alone would make.
fn reason(patch: &Patch) -> String {
    let why = patch.why.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("# Changed by `patches.{}`: {why}\n", patch.name)
}

fn refuse(patch: &Patch, artifact: &Artifact, faults: &mut Vec<Diagnostic>) -> Option<String> {
    let message =
        format!("`{}` is no YAML or JSON document, so it cannot be patched", artifact.path);
    let span = patch.file.origin.span().unwrap_or(patch.span);
    faults.push(
        Diagnostic::new(codes::PATCH, span, message)
            .help("change it through the language, such as `edge.extra` for nginx"),
    );
    None
}

#[cfg(test)]
mod tests;
