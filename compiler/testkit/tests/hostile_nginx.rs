//! The real nginx reads hostile texts in every place of its configuration, in one go.
//!
//! `cargo test -p stackc-testkit --features tools --test hostile_nginx`, after `tools/install.sh`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

#[path = "hostile/strings.rs"]
mod strings;

use std::process::Command;

use serde_json::{Value, json};
use stackc_driver::Compilation;
use stackc_testkit::{compile_text, repository};
use strings::{LOOK_ALIKES, STRINGS};

/// A stack with two routes that is quiet about everything else.
fn base() -> Value {
    json!({
        "stack": 1, "name": "shop", "ci": false, "deploy": ["compose"],
        "domains": {"main": {"host": "shop.example", "aliases": []}},
        "services": {"web": {
            "kind": "image", "image": "example/web:1.0.0", "port": 8080, "security": {"user": 1000},
            "routes": {"front": {"path": "/"}},
        }},
        "limits": {},
        "edge": {
            "headers": {"extra": {}, "csp": {"hosts": {"script": []}}},
            "cors": {"origins": ["https://partner.example"]},
            "compression": {"types": []},
            "proxies": [],
            "access": {},
        },
    })
}

/// A place for a text: its name, and how to put the text there next to the ones that are there.
type Place = (&'static str, fn(&mut Value, usize, &str));

fn push(list: &mut Value, text: &str) {
    list.as_array_mut().unwrap().push(json!(text));
}

const PLACES: [Place; 11] = [
    ("header", |stack, at, text| {
        stack["edge"]["headers"]["extra"][format!("X-Hostile-{at}")] = json!(text);
    }),
    ("header name", |stack, _, text| stack["edge"]["headers"]["extra"][text] = json!("x")),
    ("path", |stack, at, text| {
        let path = json!(format!("/{}", encoded(text)));
        stack["services"]["web"]["routes"][format!("r{at}")] =
            json!({"path": path, "strip": at % 2 == 0, "sensitive": at % 3 == 0});
        stack["limits"][format!("l{at}")] = json!({"rate": "3/1h", "match": path});
    }),
    ("limit by header", |stack, at, text| {
        stack["limits"][format!("h{at}")] =
            json!({"rate": "3/1m", "match": "/", "key": "header", "header": text});
    }),
    ("exempt", |stack, at, text| {
        stack["limits"][format!("e{at}")] = json!({"rate": "3/1m", "match": "/", "exempt": [text]});
    }),
    ("method", |stack, at, text| {
        stack["limits"][format!("m{at}")] =
            json!({"rate": "3/1m", "match": "/", "methods": [text]});
    }),
    ("alias", |stack, _, text| push(&mut stack["domains"]["main"]["aliases"], text)),
    ("origin", |stack, _, text| push(&mut stack["edge"]["cors"]["origins"], text)),
    ("source", |stack, _, text| {
        push(&mut stack["edge"]["headers"]["csp"]["hosts"]["script"], text);
    }),
    ("media type", |stack, _, text| push(&mut stack["edge"]["compression"]["types"], text)),
    ("proxy", |stack, _, text| push(&mut stack["edge"]["proxies"], text)),
];

/// A text as one segment of a path, each byte encoded that has to be.
fn encoded(text: &str) -> String {
    let bare = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&byte);
    let one = |byte: u8| match bare(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    text.bytes().map(one).collect()
}

/// The stack compiled, when nothing is wrong with it.
fn compiled(stack: &Value) -> Option<Compilation> {
    let done = compile_text(&stack.to_string());
    (!done.diagnostics.has_errors()).then_some(done)
}

#[test]
fn nginx_reads_hostile_texts_as_data() {
    assert!(compiled(&base()).is_some(), "{:?}", compile_text(&base().to_string()).diagnostics);
    let long = format!("{} ", "$host;".repeat(60));
    let glued = ["x;y", "x{y", "x}y", "{", "}", ";", "#x", "\"x", "'x", "x\\", "$host;", "${host}"];
    let fitting = [&*long, "x-$host", "a.example", "https://*.a.example", "10.0.0.0/8"];
    let texts: Vec<_> =
        STRINGS.into_iter().chain(LOOK_ALIKES).chain(glued).chain(fitting).collect();
    let (mut all, mut taken) = (base(), Vec::new());
    for (name, put) in PLACES {
        for (at, text) in texts.iter().enumerate() {
            // Alone first, which is quicker where it is refused.
            let [mut alone, mut with] = [base(), all.clone()];
            put(&mut alone, at, text);
            put(&mut with, at, text);
            if compiled(&alone).is_some() && compiled(&with).is_some() {
                all = with;
                taken.push(name);
            }
        }
    }
    // What is refused is refused with a reason; what is left must be worth the test.
    let least =
        [("header", 25), ("path", 40), ("origin", 1), ("alias", 1), ("proxy", 1), ("exempt", 1)];
    for (name, least) in least {
        let count = taken.iter().filter(|taken| **taken == name).count();
        assert!(count >= least, "only {count} of {name}: {taken:?}");
    }
    let tree = tempfile::tempdir().unwrap();
    for file in compiled(&all).unwrap().artifacts.iter() {
        let path = tree.path().join(file.path.as_str());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, file.body.text()).unwrap();
    }
    let script = repository().join("compiler/testkit/tools/check.sh");
    let output = Command::new("bash").arg(script).arg("nginx").arg(tree.path()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}\n{said}\n{all:#}", output.status);
}
