//! The real tools judge the golden trees: one trial per case and format.
//!
//! `cargo test -p stackc-testkit --features tools --test tools`, after `tools/install.sh`. A tool that
//! is missing fails the trial.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::process::Command;

use libtest_mimic::{Arguments, Failed, Trial};
use stackc_testkit::{Case, cases, repository};

/// A format, and the folder or file whose presence says that a case has it.
const FORMATS: [(&str, &str); 10] = [
    ("compose", "compose.yaml"),
    ("swarm", "swarm.production.yaml"),
    ("kubernetes", "k8s"),
    ("nginx", "nginx"),
    ("nginx-lint", "nginx"),
    ("github", ".github"),
    ("prometheus", "monitoring"),
    ("dockerfile", "compose.yaml"),
    ("shell", "scripts"),
    ("dotenv", ".env.example"),
];

fn main() -> std::process::ExitCode {
    let arguments = Arguments::from_args();
    let cases = match cases() {
        Ok(cases) => cases,
        Err(error) => panic!("the golden cases cannot be read: {error}"),
    };
    let mut trials = Vec::new();
    for case in cases {
        for (format, sign) in FORMATS {
            // What each case must have is said by its stack, and held by the golden test.
            if case.tree.join(sign).exists() {
                let case = case.clone();
                trials.push(Trial::test(format!("{}::{format}", case.name), move || {
                    judge(&case, format)
                }));
            }
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn judge(case: &Case, format: &str) -> Result<(), Failed> {
    let script = repository().join("compiler/testkit/tools/check.sh");
    let output = Command::new("bash").arg(script).arg(format).arg(&case.tree).output()?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    Err(format!("{}\n{text}", output.status).into())
}
