//! The formats for programs.

use super::{Format, at, shown, source};
use serde_json::{Value, json};
use stackc_source::{Diagnostic, Edit, Fix, SourceMap, Span, codes};

const TEXT: &str = "stack: 1\nservices:\n  wéb:\n    prot: 80\n";

fn items(sources: &SourceMap) -> Vec<Diagnostic> {
    let place = at(sources, "prot");
    vec![
        Diagnostic::new(codes::UNKNOWN_KEY, place, "unknown key `prot`")
            .label("here")
            .related(at(sources, "wéb"), "of this service")
            .did_you_mean(Some("port"))
            .in_environment(Some("production")),
        Diagnostic::global(codes::NO_BACKUP, "no backup"),
    ]
}

#[test]
fn json_is_one_object_per_line() {
    let sources = source(TEXT);
    let page = shown(Format::Json, &items(&sources), &sources);
    let lines: Vec<Value> = page.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let place = json!({
        "file": "stack.yaml", "line": 4, "column": 5, "end_line": 4, "end_column": 9,
        "byte_start": 31, "byte_end": 35,
    });
    let with = |more: Value| {
        let mut all = place.as_object().unwrap().clone();
        all.extend(more.as_object().unwrap().clone());
        Value::from(all)
    };
    let expected = with(json!({
        "code": "E0201", "severity": "error", "message": "unknown key `prot`",
        "help": "did you mean `port`?", "environment": "production", "label": "here",
        "related": [{
            "file": "stack.yaml", "line": 3, "column": 3, "end_line": 3, "end_column": 6,
            "byte_start": 21, "byte_end": 25, "text": "of this service",
        }],
        "fix": { "title": "write `port`", "certain": false, "edits": [with(json!({ "replacement": "port" }))] },
    }));
    assert_eq!(lines[0], expected);
    assert_eq!(
        lines[1],
        json!({
            "code": "W0703", "severity": "warning", "message": "no backup", "help": null,
            "environment": null, "file": null, "line": null, "column": null, "end_line": null,
            "end_column": null, "byte_start": null, "byte_end": null, "label": null,
            "related": [], "fix": null,
        })
    );
    assert_eq!(lines.len(), 2);
}

fn sarif(items: &[Diagnostic], sources: &SourceMap) -> Value {
    serde_json::from_str(&shown(Format::Sarif, items, sources)).unwrap()
}

#[test]
fn sarif_has_rules_and_results() {
    let sources = source(TEXT);
    let mut items = items(&sources);
    items.insert(0, items[1].clone());
    let log = sarif(&items, &sources);
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let ids: Vec<&Value> = rules.iter().map(|rule| &rule["id"]).collect();
    assert_eq!(ids, ["E0201", "W0703"]);
    assert_eq!(rules[1]["defaultConfiguration"]["level"], "warning");
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 3);
    for result in results {
        let index = result["ruleIndex"].as_u64().unwrap() as usize;
        assert_eq!(rules[index]["id"], result["ruleId"]);
    }
    assert_eq!(results[0]["locations"], json!([]));
    assert_eq!(results[0]["level"], "warning");
}

#[test]
fn a_sarif_result_says_where_and_how_to_mend_it() {
    let sources = source(TEXT);
    let log = sarif(&items(&sources), &sources);
    let result = &log["runs"][0]["results"][0];
    let region = json!({ "startLine": 4, "startColumn": 5, "endLine": 4, "endColumn": 9 });
    let artifact = json!({ "uri": "stack.yaml" });
    assert_eq!(result["message"]["text"], "unknown key `prot`\ndid you mean `port`?");
    assert_eq!(
        result["locations"],
        json!([{ "physicalLocation": { "artifactLocation": artifact, "region": region } }])
    );
    let related = &result["relatedLocations"][0];
    assert_eq!(related["message"]["text"], "of this service");
    assert_eq!(related["physicalLocation"]["region"]["startLine"], 3);
    assert_eq!(
        result["fixes"],
        json!([{
            "description": { "text": "write `port`" },
            "artifactChanges": [{
                "artifactLocation": artifact,
                "replacements": [
                    { "deletedRegion": region, "insertedContent": { "text": "port" } }
                ],
            }],
        }])
    );
    assert_eq!(result["properties"]["environment"], "production");
}

#[test]
fn sarif_groups_edits_by_file_and_escapes_their_names() {
    let mut sources = source(TEXT);
    let other = sources.add("a b/é:1.yaml", "x: 1\n");
    let edit = |span: Span| Edit { span, replacement: String::from("y") };
    let mut item = Diagnostic::new(codes::SYNTAX, Span::new(other, 0, 1), "m");
    let first = at(&sources, "stack");
    let edits = vec![edit(first), edit(Span::new(other, 0, 1)), edit(at(&sources, "80"))];
    item.fix = Some(Fix { title: "t".to_owned(), certain: true, edits });
    let log = sarif(&[item], &sources);
    let changes = &log["runs"][0]["results"][0]["fixes"][0]["artifactChanges"];
    assert_eq!(changes[0]["replacements"].as_array().unwrap().len(), 2);
    assert_eq!(changes[1]["artifactLocation"]["uri"], "a%20b/%C3%A9%3A1.yaml");
}

#[test]
fn github_gets_a_command_per_diagnostic() {
    let sources = source(TEXT);
    let expected = "\
::error file=stack.yaml,line=4,col=5,endLine=4,endColumn=9,title=E0201 a key the language does not know::unknown key `prot`%0Adid you mean `port`?%0Ain environment `production`
::warning title=W0703 a store without a backup::no backup
";
    assert_eq!(shown(Format::Github, &items(&sources), &sources), expected);
}

#[test]
fn github_commands_cannot_be_forged() {
    let mut sources = SourceMap::default();
    let file = sources.add("a,b:50%.yaml", "x: 1\n");
    let item = Diagnostic::new(codes::SYNTAX, Span::new(file, 0, 1), "100%\r\n::error::,: %0A");
    let page = shown(Format::Github, &[item], &sources);
    assert!(page.starts_with("::error file=a%2Cb%3A50%25.yaml,line=1,"), "{page}");
    assert!(page.ends_with("::100%25\\u{d}%0A::error::,: %250A\n"), "{page}");
    assert_eq!(page.lines().count(), 1);
}

#[test]
fn github_gets_no_columns_for_several_lines() {
    let sources = source(TEXT);
    let span = at(&sources, "services").to(at(&sources, "80"));
    let page = shown(Format::Github, &[Diagnostic::new(codes::SYNTAX, span, "m")], &sources);
    assert!(page.starts_with("::error file=stack.yaml,line=2,endLine=4,title="), "{page}");
}
