//! What stands in the table. What the script does with it, the testkit tries.

use stackc_model::{
    Metrics, ObserveLevel, Platform, Secret, SecretId, SecretSource, Segment, Stack, Text, Tier,
};
use stackc_source::{Diagnostics, codes};
use stackc_target::{Artifacts, Mode, Target};

use super::{GENERATE, Scripts};
use crate::compose::fixture;

fn render(stack: &Stack) -> (Option<String>, Vec<&'static str>) {
    let (mut out, mut diagnostics) = (Artifacts::default(), Diagnostics::default());
    Scripts.render(stack, &mut out, &mut diagnostics);
    assert!(out.iter().all(|file| file.mode == Mode::Executable));
    let text = out.get(GENERATE).map(|file| file.body.text().to_owned());
    (text, diagnostics.iter().map(|it| it.code.id).collect())
}

/// The row of a secret, in one line.
fn row(stack: &Stack, name: &str) -> String {
    let text = render(stack).0.unwrap().replace("\\\n", "");
    let start = format!("      secret {name} ");
    let row = text.lines().find(|line| line.starts_with(&start)).unwrap_or_default();
    row.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn secret<'a>(stack: &'a mut Stack, name: &str) -> &'a mut Secret {
    let secrets = &mut stack.environments[0].secrets;
    secrets.iter_mut().find(|secret| secret.name.as_str() == name).unwrap()
}

fn derived(stack: &mut Stack, name: &str, before: &str) {
    let parts = [Segment::Literal(before.to_owned()), Segment::Secret(SecretId::at(1))];
    secret(stack, name).source = SecretSource::Derived(Text { segments: parts.into() });
}

#[test]
fn readers_are_those_of_the_compose_file() {
    let mut stack = fixture::stack(Tier::Production);
    secret(&mut stack, "POSTGRES_PASSWORD").source =
        SecretSource::Generated { encoding: "hex", length: 32 };
    let row = row(&stack, "POSTGRES_PASSWORD");
    assert!(row.starts_with("secret POSTGRES_PASSWORD hex:32 999 - "), "{row}");
}

#[test]
fn a_token_of_metrics_is_read_by_its_service_and_by_prometheus() {
    let mut stack = fixture::stack(Tier::Production);
    let env = &mut stack.environments[0];
    env.observe.level = fixture::set(ObserveLevel::Full);
    let name = env[SecretId::at(2)].name.clone();
    env.services[0].metrics = Some(Metrics {
        path: fixture::usual("/metrics".to_owned()),
        port: fixture::label("http"),
        token: Some(fixture::usual(name.clone())),
        http: fixture::usual("http_request_duration_seconds".to_owned()),
        db_pool_waiting: None,
        db_latency: None,
    });
    let row = row(&stack, name.as_str());
    assert!(row.contains(" '10001 65534' - "), "{row}");
}

#[test]
fn a_url_is_encoded_and_a_line_break_is_a_word() {
    let mut stack = fixture::stack(Tier::Production);
    derived(&mut stack, "DATABASE_URL", "a\npostgres://app:");
    let row = row(&stack, "DATABASE_URL");
    assert!(row.ends_with(" text:a line text:postgres://app: url:POSTGRES_PASSWORD"), "{row}");
    derived(&mut stack, "DATABASE_URL", "Bearer ");
    let row = self::row(&stack, "DATABASE_URL");
    assert!(row.ends_with(" 'text:Bearer ' raw:POSTGRES_PASSWORD"), "{row}");
    derived(&mut stack, "DATABASE_URL", "{\"redis://a@b\": \"");
    let row = self::row(&stack, "DATABASE_URL");
    assert!(row.ends_with(" json:POSTGRES_PASSWORD"), "{row}");
}

#[test]
fn what_the_stack_says_is_one_word() {
    let mut stack = fixture::stack(Tier::Production);
    secret(&mut stack, "POSTGRES_PASSWORD").description = "$(id)\n`id` '; id #".to_owned();
    let row = row(&stack, "POSTGRES_PASSWORD");
    assert!(row.ends_with(r" '$(id) `id` '\''; id #' -"), "{row}");
}

#[test]
fn a_control_character_in_a_value_is_refused_at_its_secret() {
    let mut stack = fixture::stack(Tier::Production);
    derived(&mut stack, "DATABASE_URL", "a\tb://");
    assert_eq!(render(&stack), (None, vec![codes::CANNOT_CARRY.id]));
}

#[test]
fn a_swarm_has_its_names_and_its_variables() {
    let mut stack = fixture::stack(Tier::Production);
    stack.environments[0].platforms = [Platform::Swarm].into();
    for service in &mut stack.environments[0].services {
        service.platforms = [Platform::Swarm].into();
    }
    let text = render(&stack).0.unwrap();
    assert!(text.contains("compose_file=''\n      swarm=shop-production\n"), "{text}");
    // Nobody on the host reads it: it is of the user who made it.
    let row = row(&stack, "POSTGRES_PASSWORD");
    assert!(row.contains(" '' - - - "), "{row}");
    assert!(row.contains(" shop-production_POSTGRES_PASSWORD_v1"), "{row}");
}

#[test]
fn nothing_is_written_where_it_is_off_or_nothing_is_secret() {
    let mut stack = fixture::stack(Tier::Production);
    stack.environments[0].options.insert("scripts".to_owned(), None);
    assert_eq!(render(&stack), (None, vec![]));
    stack.environments[0].options.clear();
    stack.environments[0].platforms.clear();
    assert_eq!(render(&stack), (None, vec![]));
}
