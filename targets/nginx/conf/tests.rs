//! The writer against a reader of its own, written after `ngx_conf_read_token`.

use proptest::prelude::*;

use super::{Arg, Fault, block, entry, line, plain, write};

/// Statements as lists of words; `{` ends one that opens a block, `}` stands alone.
fn read(text: &str) -> Vec<Vec<String>> {
    let (mut statements, mut words) = (Vec::new(), Vec::new());
    let mut rest = text.chars().peekable();
    while let Some(&c) = rest.peek() {
        match c {
            ' ' | '\t' | '\r' | '\n' => {
                rest.next();
            }
            '#' => while rest.next().is_some_and(|c| c != '\n') {},
            ';' | '{' | '}' => {
                rest.next();
                if c != ';' {
                    words.push(c.to_string());
                }
                statements.push(std::mem::take(&mut words));
            }
            _ => words.push(word(&mut rest)),
        }
    }
    assert!(words.is_empty(), "the file ends in the middle of {words:?}");
    statements
}

fn word(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> String {
    let mark = rest.next_if(|c| *c == '"' || *c == '\'');
    let (mut word, mut variable) = (String::new(), false);
    while let Some(&c) = rest.peek() {
        let ends = match mark {
            Some(mark) => c == mark,
            None => c.is_ascii_whitespace() || c == ';' || (c == '{' && !variable),
        };
        if ends {
            break;
        }
        rest.next();
        variable = c == '$';
        match (c, rest.peek()) {
            ('\\', Some('"' | '\'' | '\\')) => word.extend(rest.next()),
            ('\\', Some('t')) => word.extend(rest.next().map(|_| '\t')),
            ('\\', Some('r')) => word.extend(rest.next().map(|_| '\r')),
            ('\\', Some('n')) => word.extend(rest.next().map(|_| '\n')),
            _ => word.push(c),
        }
    }
    if mark.is_some() {
        assert_eq!(rest.next(), mark, "a quote is never closed");
        let next = rest.peek().copied();
        assert!(next.is_none_or(|c| c.is_ascii_whitespace() || ";{)".contains(c)), "{next:?}");
    }
    word
}

/// What people try in order to break out of an argument.
fn nasty() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        Just(";".to_owned()),
        Just("{".to_owned()),
        Just("}".to_owned()),
        Just("#".to_owned()),
        Just("\"".to_owned()),
        Just("'".to_owned()),
        Just("\\".to_owned()),
        Just("\\n".to_owned()),
        Just("$".to_owned()),
        Just("${".to_owned()),
        Just(" ".to_owned()),
        Just("return 200".to_owned()),
        "[^\\p{Cc}]{0,6}",
    ];
    prop::collection::vec(part, 0..12).prop_map(|parts| parts.concat())
}

proptest! {
    // A failure is shown, not stored: nothing is left in the tree.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_back_as_one_argument(text in nasty()) {
        let arg = Arg::literal(&text).unwrap();
        let tree = [
            line("a", [arg.clone(), "b".into()]),
            block("c", [arg.clone()], vec![entry(arg, ["d".into()])]),
        ];
        let expected: Vec<Vec<String>> = vec![
            vec!["a".into(), text.clone(), "b".into()],
            vec!["c".into(), text.clone(), "{".into()],
            vec![text, "d".into()],
            vec!["}".into()],
        ];
        prop_assert_eq!(read(&write(&tree)), expected);
    }

    #[test]
    fn no_variable_gets_out_of_an_evaluated_text(text in nasty()) {
        let tree = [line("a", [Arg::evaluated(&text).unwrap()])];
        let read = read(&write(&tree)).remove(0).remove(1);
        prop_assert_eq!(read.replace("${dollar}", "").contains('$'), false);
        prop_assert_eq!(read.replace("${dollar}", "$"), &*text);
        prop_assert_eq!(tree[0].uses_dollar(), text.contains('$'));
    }
}

#[test]
fn refuses_what_nginx_cannot_carry() {
    for bad in ["a\nb", "\r", "a\tb", "\0", "\u{7f}", "\u{85}"] {
        assert_eq!(Arg::literal(bad), Err(Fault("it holds a control character")), "{bad:?}");
        assert!(Arg::evaluated(bad).is_err(), "{bad:?}");
    }
    // Written with its quotes, an argument may have 4095 bytes.
    assert!(Arg::literal(&"a".repeat(4095)).is_ok());
    assert!(Arg::literal(&"a".repeat(4096)).is_err());
    assert!(Arg::literal(&"a ".repeat(2046)).is_ok());
    assert!(Arg::literal(&"a ".repeat(2047)).is_err());
    assert!(Arg::evaluated(&"$".repeat(500)).is_err());
}

#[test]
fn writes_as_people_do() {
    let tree = [
        plain("error_log", "stderr warn"),
        block(
            "http",
            [],
            vec![
                line("log_format", ["json".into(), Arg::ours("{\"a\":\"$b\"}")]).comment("Logs."),
                block("server", [], vec![line("return", ["444".into()])]),
            ],
        ),
    ];
    let text = write(&tree);
    let body = text.split_once("\n\n").unwrap().1;
    let expected = "error_log stderr warn;\n\nhttp {\n    # Logs.\n    log_format json '{\"a\":\"$b\"}';\n\n    server {\n        return 444;\n    }\n}\n";
    assert_eq!(body, expected);
}

#[test]
fn breaks_long_lines_between_arguments() {
    let types = (0..12).map(|n| Arg::ours(format!("application/type-{n}")));
    let text = write(&[line("gzip_types", types)]);
    assert!(text.lines().all(|line| line.len() <= 101), "{text}");
    assert_eq!(read(&text)[0].len(), 13);
}
