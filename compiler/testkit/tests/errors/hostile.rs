//! Inputs that are no text, or no stack: an answer in bounded time, and no panic.

use std::time::{Duration, Instant};

use libtest_mimic::{Failed, Trial};

use crate::say;

/// Generous: it tells minutes from seconds on a busy machine, not fast from slow.
const MOST: Duration = Duration::from_secs(60);

/// A name, the first code that must be said, and how the input is made.
type Case = (&'static str, &'static str, fn() -> Vec<u8>);

const CASES: [Case; 22] = [
    ("nothing", "E0104", Vec::new),
    ("white_space", "E0104", || b" \n\n  \n".to_vec()),
    ("hundred_megabytes", "E0102", || b"# long\n".repeat(100_000_000 / 7)),
    ("one_byte_too_many", "E0102", || vec![b'#'; (16 << 20) + 1]),
    ("utf16_with_mark", "E0103", || utf16(true)),
    ("utf16_without_mark", "E0103", || utf16(false)),
    ("latin1", "E0103", || b"stack: 1\nname: caf\xe9\n".to_vec()),
    ("cut_off_character", "E0103", || b"stack: 1\nname: caf\xc3".to_vec()),
    ("overlong_character", "E0103", || b"stack: 1\nname: \xc0\xaf\n".to_vec()),
    ("nul_bytes", "E0114", || b"stack: 1\nname: a\0b\0c\n".to_vec()),
    ("only_nul_bytes", "E0114", || vec![0; 4096]),
    ("binary", "E0103", || (0..=255).cycle().skip(128).take(65_536).collect()),
    ("brackets", "E0108", || b"[".repeat(100_000)),
    ("braces", "E0108", || b"{a: ".repeat(100_000)),
    ("indents", "E0108", || (0..300).flat_map(|n| indented(n, "a:")).collect()),
    ("dashes", "E0108", || b"- ".repeat(100_000)),
    ("alias_bomb", "E0109", || bomb(9, 10)),
    ("alias_bomb_of_text", "E0109", || text_bomb().into_bytes()),
    ("many_unknown_keys", "E0201", || {
        (0..100_000).flat_map(|n| indented(0, &format!("k{n}: 1"))).collect()
    }),
    ("many_unknown_aliases", "E0110", || {
        (0..50_000).flat_map(|n| indented(0, &format!("k{n}: *a{n}"))).collect()
    }),
    ("long_line", "E0205", || stack(&format!("domain: {}", "a".repeat(4_000_000)))),
    ("long_chain_of_needs", "E0302", chain),
];

/// One trial per input.
pub(crate) fn trials() -> Vec<Trial> {
    CASES.iter().map(|case| Trial::test(format!("hostile::{}", case.0), || check(case))).collect()
}

fn check((_, code, make): &Case) -> Result<(), Failed> {
    let input = make();
    let start = Instant::now();
    let compilation = say::compiled(input);
    let took = start.elapsed();
    let said = say::all(&compilation);
    if !said.lines().any(|line| line.starts_with(code)) {
        let head: String = said.chars().take(500).collect();
        return Err(format!("{code} is not said, but:\n{head}").into());
    }
    if !compilation.artifacts.is_empty() {
        return Err("something would be written".into());
    }
    if took > MOST {
        return Err(format!("it took {took:?}").into());
    }
    Ok(())
}

fn utf16(mark: bool) -> Vec<u8> {
    let text = "stack: 1\nname: shop\n";
    let units = mark.then_some(0xfeff).into_iter().chain(text.encode_utf16());
    units.flat_map(u16::to_le_bytes).collect()
}

fn indented(level: usize, text: &str) -> Vec<u8> {
    format!("{}{text}\n", " ".repeat(level)).into_bytes()
}

fn stack(more: &str) -> Vec<u8> {
    format!("stack: 1\nname: shop\nservices:\n  api: {{kind: go, port: 8080}}\n{more}\n")
        .into_bytes()
}

/// Lists of aliases of lists of aliases.
fn bomb(levels: usize, width: usize) -> Vec<u8> {
    let mut text = "x-0: &a0 [1, 1]\n".to_owned();
    for level in 1..=levels {
        let items = vec![format!("*a{}", level - 1); width].join(", ");
        text += &format!("x-{level}: &a{level} [{items}]\n");
    }
    text.into_bytes()
}

/// One long text, copied many times.
fn text_bomb() -> String {
    let items = "*t, ".repeat(10_000);
    format!("x-t: &t {}\nx-l: [{items}1]\n", "a".repeat(1_000_000))
}

/// Services of which each needs the next, and the last the first.
fn chain() -> Vec<u8> {
    const LENGTH: usize = 2_000;
    let mut text = "stack: 1\nname: shop\nservices:\n".to_owned();
    for n in 0..LENGTH {
        let next = (n + 1) % LENGTH;
        text += &format!("  s{n}: {{kind: go, port: 8080, needs: [s{next}]}}\n");
    }
    text.into_bytes()
}
