//! What the templates hold, on a small environment.

use stackc_model::{Secret, SecretSource, Stack, Tier};
use stackc_source::Diagnostics;
use stackc_target::{Artifacts, Target};

use super::Env;
use crate::compose::fixture;

fn files(stack: &Stack) -> Artifacts {
    let (mut out, mut diagnostics) = (Artifacts::default(), Diagnostics::default());
    Env.render(stack, &mut out, &mut diagnostics);
    let said: Vec<_> = diagnostics.iter().map(|it| it.message.clone()).collect();
    assert!(said.is_empty(), "{said:?}");
    out
}

fn text(stack: &Stack, path: &str) -> String {
    files(stack).get(path).map_or_else(String::new, |file| file.body.text().to_owned())
}

fn secret<'a>(stack: &'a mut Stack, name: &str) -> &'a mut Secret {
    let secrets = &mut stack.environments[0].secrets;
    secrets.iter_mut().find(|secret| secret.name.as_str() == name).unwrap()
}

#[test]
fn git_sees_templates_and_no_values() {
    let block = text(&fixture::stack(Tier::Production), ".gitignore");
    let lines: Vec<_> = block.lines().collect();
    let at = |line: &str| lines.iter().position(|it| *it == line);
    for line in ["/.env", "/acme/", "/backups/", "/certs/", "/secrets/"] {
        assert!(at(line).is_some(), "{line}: {block}");
    }
    // The last pattern that matches decides.
    for template in ["!/.env.example", "!/.env.*.example"] {
        assert!(at(template) > at("/.env.*"), "{template}: {block}");
    }
}

#[test]
fn a_name_is_asked_for_once_and_has_no_value() {
    let mut stack = fixture::stack(Tier::Production);
    let mut second = stack.environments[0].clone();
    second.name = fixture::label("staging");
    stack.environments.push(second);
    let all = text(&stack, ".env.example");
    let names: Vec<_> = all.lines().filter_map(|line| line.split_once('=')).collect();
    let asked = names.iter().filter(|(name, _)| !name.starts_with('#'));
    assert!(asked.clone().all(|(_, value)| value.is_empty()), "{all}");
    assert_eq!(asked.filter(|(name, _)| *name == "TOKEN").count(), 1, "{all}");
    assert!(all.contains("required  in production, staging"), "{all}");
}

#[test]
fn what_is_put_together_is_not_asked_for() {
    let mut stack = fixture::stack(Tier::Production);
    let password = stackc_model::SecretId::at(1);
    let parts = [
        stackc_model::Segment::Literal("first\npostgres://app:".to_owned()),
        stackc_model::Segment::Secret(password),
    ];
    secret(&mut stack, "DATABASE_URL").source =
        SecretSource::Derived(stackc_model::Text { segments: parts.into() });
    let all = text(&stack, ".env.example");
    assert!(!all.contains("\nDATABASE_URL="), "{all}");
    assert!(all.contains("#   first\n#   postgres://app:<POSTGRES_PASSWORD>\n"), "{all}");
}

#[test]
fn a_description_is_a_comment_whatever_it_holds() {
    let mut stack = fixture::stack(Tier::Production);
    secret(&mut stack, "TOKEN").description = "one\nEVIL=1\r\u{2028}# \u{1b}[31mtwo".to_owned();
    let all = text(&stack, ".env.example");
    assert!(all.contains("# TOKEN: one EVIL=1 # \u{fffd}[31mtwo [secret]\n"), "{all}");
    assert!(!all.lines().any(|line| line.starts_with("EVIL")), "{all}");
}

#[test]
fn a_variable_is_no_secret() {
    let mut stack = fixture::stack(Tier::Production);
    secret(&mut stack, "TOKEN").source = SecretSource::Variable;
    stack.environments[0].services[1]
        .secrets
        .insert(stackc_model::EnvName::new("TOKEN").unwrap(), stackc_model::SecretId::at(2));
    let one = text(&stack, ".env.production.example");
    assert!(one.contains("\n# TOKEN\n") && one.contains("\nTOKEN=\n"), "{one}");
    assert!(one.contains("\n# environment: production\n"), "{one}");
}
