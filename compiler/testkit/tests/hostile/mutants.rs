//! The stacks of the repository, damaged at random: an answer, never a panic.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

use stackc_testkit::cases;

use crate::compiled;

/// Mutants of each kind.
const EACH: u64 = 200;

/// A generator of numbers that are the same on every run (xorshift64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides.max(1) as u64).unwrap()
    }

    fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.roll(items.len())]
    }
}

/// Runs one kind of damage over the stacks in turn.
fn survive(salt: u64, damage: fn(&str, &str, &mut Dice) -> Vec<u8>) {
    let stacks: Vec<String> =
        cases().unwrap().iter().map(|case| fs::read_to_string(&case.stack).unwrap()).collect();
    for round in 0..EACH {
        let mut dice = Dice((salt << 32) + round + 1);
        let (text, other) = (dice.pick(&stacks).clone(), dice.pick(&stacks).clone());
        let mutant = damage(&text, &other, &mut dice);
        if catch_unwind(AssertUnwindSafe(|| compiled(&mutant))).is_err() {
            panic!("round {round}:\n{}", String::from_utf8_lossy(&mutant));
        }
    }
}

#[test]
fn flipped_bytes() {
    survive(1, |text, _, dice| {
        let mut bytes = text.as_bytes().to_vec();
        for _ in 0..=dice.roll(4) {
            let at = dice.roll(bytes.len());
            // Half of the flips stay ASCII, so that not all end as "no UTF-8".
            let bits = if dice.roll(2) == 0 { 8 } else { 6 };
            bytes[at] ^= 1 << dice.roll(bits);
        }
        bytes
    });
}

#[test]
fn lines_deleted_and_repeated() {
    survive(2, |text, _, dice| {
        let mut lines: Vec<&str> = text.lines().collect();
        for _ in 0..=dice.roll(4) {
            let (at, to) = (dice.roll(lines.len()), dice.roll(lines.len()));
            match dice.roll(3) {
                0 => drop(lines.remove(at)),
                1 => lines.insert(to, lines[at]),
                _ => lines.swap(at, to),
            }
        }
        lines.join("\n").into_bytes()
    });
}

#[test]
fn words_swapped() {
    const WORDS: [&str; 22] = [
        "null",
        "~",
        "true",
        "-1",
        "0",
        "99999999999999999999",
        "1e309",
        ".nan",
        "\"\"",
        "''",
        "[]",
        "{}",
        "[[]]",
        "{a: {b: []}}",
        "&a",
        "*a",
        "<<",
        "é",
        "\u{1f980}",
        "${",
        "${services.web.url}",
        "0..0",
    ];
    survive(3, |text, other, dice| {
        let theirs: Vec<&str> = other.split_whitespace().collect();
        let mut pieces: Vec<&str> = text.split_inclusive([' ', ',', '\n', ':', '}', ']']).collect();
        for _ in 0..=dice.roll(3) {
            let at = dice.roll(pieces.len());
            let word = if dice.roll(2) == 0 { dice.pick(&WORDS) } else { dice.pick(&theirs) };
            pieces.insert(at, word);
            if dice.roll(2) == 0 {
                pieces.remove(at + 1);
            }
        }
        pieces.concat().into_bytes()
    });
}

#[test]
fn spliced() {
    survive(4, |text, other, dice| {
        let start = &text.as_bytes()[..dice.roll(text.len())];
        let end = &other.as_bytes()[dice.roll(other.len())..];
        [start, end].concat()
    });
}

#[test]
fn cut_and_indented() {
    survive(5, |text, _, dice| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let (at, to) = (dice.roll(lines.len()), dice.roll(lines.len()));
        let (prefix, range) =
            (*dice.pick(&["  ", " ", "- ", "\t", "# ", "é: "]), at.min(to)..at.max(to));
        lines[range].iter_mut().for_each(|line| line.insert_str(0, prefix));
        let text = lines.join(*dice.pick(&["\n", "\r\n", "\r"]));
        text.as_bytes()[..text.len() - dice.roll(text.len() / 3)].to_vec()
    });
}

/// Each value of a stack replaced in turn reaches code that random damage seldom does.
#[test]
fn every_value_replaced() {
    let text = fs::read_to_string(&cases().unwrap().last().unwrap().stack).unwrap();
    let places: Vec<usize> = text.match_indices(": ").map(|(at, _)| at + 2).collect();
    let values = ["[x, é]", "{y: 1}", "null", "é..ü", "\"\""];
    for (round, at) in places.into_iter().enumerate() {
        let end = at + text[at..].find(['\n', ',', '}']).unwrap();
        let mutant = format!("{}{}{}", &text[..at], values[round % values.len()], &text[end..]);
        if catch_unwind(|| compiled(mutant.as_bytes())).is_err() {
            panic!("{mutant}");
        }
    }
}
