//! What happens to a line, drawn from the line itself.

/// What happened to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Damage {
    /// It is gone.
    Deleted,
    /// It stands there twice.
    Doubled,
    /// It begins too far left or right.
    Indented,
    /// A letter of a word is missing, double, another one, or swapped with the next.
    Misspelt,
}

/// A generator of numbers that are the same on every run (xorshift64).
pub(crate) struct Dice(u64);

impl Dice {
    /// The dice of a line: FNV-1a of the seed and its text.
    pub(crate) fn of(seed: u64, line: &str) -> Self {
        let bytes = seed.to_le_bytes().into_iter().chain(line.bytes());
        let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self(hash.max(1))
    }

    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 16) % sides.max(1) as u64).unwrap()
    }

    /// The text with the line at `at` damaged, and how.
    pub(crate) fn damage(&mut self, lines: &[&str], at: usize) -> (Damage, String) {
        let mut damaged: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        let damage =
            [Damage::Deleted, Damage::Doubled, Damage::Indented, Damage::Misspelt][self.roll(4)];
        match damage {
            Damage::Deleted => drop(damaged.remove(at)),
            Damage::Doubled => damaged.insert(at, lines[at].to_owned()),
            Damage::Indented => damaged[at] = self.indent(lines[at]),
            Damage::Misspelt => damaged[at] = self.misspell(lines[at]),
        }
        (damage, damaged.join("\n") + "\n")
    }

    fn indent(&mut self, line: &str) -> String {
        let spaces = 1 + self.roll(2);
        let indented = line.starts_with(&"  "[..spaces]);
        match indented && self.roll(2) == 0 {
            true => line[spaces..].to_owned(),
            false => format!("{}{line}", &"  "[..spaces]),
        }
    }

    fn misspell(&mut self, line: &str) -> String {
        let letters: Vec<usize> = line
            .char_indices()
            .filter(|(_, letter)| letter.is_ascii_alphanumeric())
            .map(|(at, _)| at)
            .collect();
        let at = letters[self.roll(letters.len())];
        let (before, letter, after) = (&line[..at], &line[at..=at], &line[at + 1..]);
        let next = after.chars().next().filter(char::is_ascii_alphanumeric);
        match (self.roll(4), next) {
            (0, _) => format!("{before}{after}"),
            (1, _) => format!("{before}{letter}{letter}{after}"),
            (2, Some(next)) if !letter.starts_with(next) => {
                format!("{before}{next}{letter}{}", &after[1..])
            }
            _ => format!("{before}{}{after}", if letter == "q" { "x" } else { "q" }),
        }
    }
}
