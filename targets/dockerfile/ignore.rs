//! What is sent to the builder: `<Dockerfile>.dockerignore`, which BuildKit prefers over a
//! `.dockerignore` of the user's.
//!
//! Files at the root of a context are named one by one: whatever lies there by chance, a dump or a key,
//! stays out, and so do hidden folders. Other folders go along, for nobody can know in which of them a
//! project has its sources; what is never source is taken out of them. A folder of the root is itself
//! left out by `*`, which ends its reading for patterns that would leave it out again; only a pattern of
//! what lies in it, `name/**`, takes that out.

use stackc_model::{Build, Kind, Service};
use stackc_source::{Diagnostic, Diagnostics, codes};
use stackc_target::conventions;
use stackc_target::image::folder;

use super::Options;
use super::recipe::Recipe;

/// Files at the root of a Node.js project that belong to its build.
const NODE: [&str; 30] = [
    ".babelrc*",
    ".browserslistrc",
    ".npmrc",
    ".postcssrc*",
    ".swcrc",
    ".yarn",
    ".yarnrc.yml",
    "*.cjs",
    "*.cts",
    "*.html",
    "*.js",
    "*.jsx",
    "*.mjs",
    "*.mts",
    "*.prisma",
    "*.ts",
    "*.tsx",
    "Makefile",
    "angular.json",
    "babel.config.json",
    "jsconfig*.json",
    "nest-cli.json",
    "nx.json",
    "package-lock.json",
    "package.json",
    "pnpm-lock.yaml",
    "pnpm-workspace.yaml",
    "tsconfig*.json",
    "turbo.json",
    "yarn.lock",
];
/// The same of a Python project; a package names its readme and its licence.
const PYTHON: [&str; 14] = [
    ".python-version",
    "*.cfg",
    "*.ini",
    "*.md",
    "*.py",
    "*.pyi",
    "*.rst",
    "*.toml",
    "*.txt",
    "LICEN[CS]E*",
    "Makefile",
    "NOTICE*",
    "README*",
    "uv.lock",
];
/// The same of a Go module.
const GO: [&str; 3] = ["*.go", "Makefile", "go.*"];
/// The same of a Cargo package.
const RUST: [&str; 6] = [".cargo", ".sqlx", "*.rs", "*.toml", "Cargo.lock", "Makefile"];

/// History, secrets, and what only the machine at hand needs.
const NEVER: [&str; 9] = [
    "**/.DS_Store",
    "**/.env",
    "**/.env.*",
    "**/.git",
    "**/.idea",
    "**/.vscode",
    "**/*.key",
    "**/*.pem",
    "**/*.p12",
];
/// Folders that this compiler writes at the root of the repository.
const TREE: [&str; 4] = ["k8s/**", "monitoring/**", "nginx/**", "swarm/**"];
/// What is no file of a site, which else shows all there is.
const SITE: [&str; 4] = ["Dockerfile*", "*.dockerignore", ".*", "!.well-known"];
/// What the compiler reads and writes at the root of the repository, and a site must not show.
const SHOWN: [&str; 6] = [
    "compose*.yaml",
    "config/*/*-init.sql",
    "config/*/backup.sh",
    "scripts/generate-secrets.sh",
    "stack.yaml",
    "swarm.*.yaml",
];

/// The file's text.
pub(super) fn text(
    service: &Service,
    build: &Build,
    recipe: &Recipe,
    options: &Options,
    diagnostics: &mut Diagnostics,
) -> String {
    let (allowed, built) = of_kind(*service.kind);
    let mut text = conventions::hash_header();
    let mut add = |comment: &str, patterns: &[&str]| {
        if !patterns.is_empty() {
            text.push_str(&format!("\n# {comment}\n{}\n", patterns.join("\n")));
        }
    };
    let mut kept: Vec<String> = Vec::new();
    let own: &[&str] = if recipe.own.is_empty() { &[] } else { &[&recipe.own] };
    let included: Vec<_> =
        options.include.iter().filter_map(|pattern| included(pattern, diagnostics)).collect();
    if let Some(allowed) = allowed {
        add(
            "Nothing of the root but its folders, and of these no hidden one.",
            &["*", "!*/**", ".*/**"],
        );
        kept.extend(allowed.iter().chain(own).chain(&included).map(|name| format!("!{name}")));
        let kept: Vec<_> = kept.iter().map(String::as_str).collect();
        add("These belong to the build.", &kept);
    } else {
        add("What describes the image is no part of it, and nothing hidden is shown.", &SITE);
    }
    add("What is made anew, or only tests.", built);
    if folder(&build.context) == "." {
        if allowed.is_none() {
            add("What describes the stack is nothing to show.", &SHOWN);
        }
        let beside = conventions::PRIVATE.iter().filter_map(|pattern| pattern.strip_suffix('/'));
        let beside: Vec<_> = beside.map(|folder| format!("{folder}/**")).collect();
        let beside: Vec<_> = beside.iter().map(String::as_str).chain(TREE).collect();
        add("What is generated, or lies beside it on a host.", &beside);
    }
    add("What nobody else may see, and what belongs to the machine at hand.", &NEVER);
    text
}

/// The files of its root that a build of this kind takes, or all of them; and what it makes itself.
fn of_kind(kind: Kind) -> (Option<&'static [&'static str]>, &'static [&'static str]) {
    match kind {
        Kind::Nextjs | Kind::Node | Kind::Vite | Kind::Image => (
            Some(&NODE),
            &[
                "**/.next",
                "**/*.spec.*",
                "**/*.test.*",
                "**/__tests__",
                "__tests__/**",
                "coverage/**",
                "**/node_modules",
                "node_modules/**",
            ],
        ),
        Kind::Python => (
            Some(&PYTHON),
            &["**/.*_cache", "**/.venv", "**/__pycache__", "__pycache__/**", "tests/**"],
        ),
        Kind::Go => (Some(&GO), &["**/*_test.go"]),
        // Cargo.toml may name tests and benches, and then cargo wants them to be there.
        Kind::Rust => (Some(&RUST), &["target/**"]),
        Kind::Static => (None, &["**/node_modules"]),
    }
}

/// A pattern of the user's, as it is written in the file.
fn included<'a>(
    pattern: &'a stackc_shape::Spanned<String>,
    diagnostics: &mut Diagnostics,
) -> Option<&'a str> {
    let text = pattern.value.as_str();
    let fits = !text.trim().is_empty()
        && text.trim() == text
        && !text.starts_with(['!', '#'])
        && !text.chars().any(char::is_control);
    if !fits {
        let message = "this is no pattern of files that could be included";
        diagnostics.push(
            Diagnostic::new(codes::CANNOT_CARRY, pattern.span, message)
                .help("write a name or a pattern such as `*.sql`, as in a `.dockerignore`"),
        );
    }
    fits.then_some(text)
}
