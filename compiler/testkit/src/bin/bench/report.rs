//! The table, in Markdown.

use crate::job::Measured;

/// Prints the head of the table.
pub(crate) fn head() {
    println!("Times in ms, best of several runs; memory in MiB.\n");
    println!(
        "| services | YAML KiB | files | out KiB | read | resolve | render | write | all | again | bare read | copy | ratio | ms/service | peak | bare peak |"
    );
    println!("|{}", "---:|".repeat(16));
}

/// Prints the line of one size: bare read, build, build again, copy.
pub(crate) fn row(size: usize, [bare, build, again, copy]: &[Measured; 4]) {
    let yardstick = bare.get("all") + copy.get("all");
    let stage = |name: &str| milliseconds(build.get(name));
    let cells = [
        size.to_string(),
        (bare.get("bytes") / 1024).to_string(),
        copy.get("files").to_string(),
        (build.get("out") / 1024).to_string(),
        stage("read"),
        stage("resolve"),
        stage("render"),
        stage("write"),
        stage("all"),
        milliseconds(again.get("all")),
        milliseconds(bare.get("all")),
        milliseconds(copy.get("all")),
        fixed(build.get("all") * 100 / yardstick.max(1), 100),
        milliseconds(build.get("all") / u64::try_from(size).unwrap_or(1).max(1)),
        fixed(build.get("peak") * 10 / 1024, 10),
        fixed(bare.get("peak") * 10 / 1024, 10),
    ];
    println!("| {} |", cells.join(" | "));
}

/// Prints what the columns mean.
pub(crate) fn foot() {
    println!(
        "\nratio = all / (bare read + copy); again = a build with nothing to change; `bare read` is granit-parser's events put into a tree without places."
    );
}

/// Microseconds as milliseconds, with two decimals below ten.
pub(crate) fn milliseconds(micros: u64) -> String {
    if micros < 10_000 { fixed(micros / 10, 100) } else { fixed(micros / 100, 10) }
}

/// A number of parts with as many decimals as the parts have zeros.
fn fixed(parts: u64, unit: u64) -> String {
    let digits = unit.to_string().len() - 1;
    format!("{}.{:0digits$}", parts / unit, parts % unit)
}
