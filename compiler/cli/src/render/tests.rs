use super::{Format, render};
use stackc_source::*;
#[test]
fn probe() {
    let mut sources = SourceMap::default();
    let text =
        "stack: 1\nname: x\nservices:\n  web:\n    env:\n      KEY: hunter2secret\n    prot: 80\n";
    let f = sources.add("stack.yaml", text);
    let at = |s: &str| {
        let a = text.find(s).unwrap() as u32;
        Span::new(f, a, a + s.len() as u32)
    };
    let ds = vec![
        Diagnostic::new(codes::UNKNOWN_KEY, at("prot"), "unknown key `prot`")
            .label("here")
            .did_you_mean(Some("port"))
            .in_environment(Some("production"))
            .related(at("web"), "in this service"),
        Diagnostic::new(codes::SECRET_LITERAL, at("hunter2secret"), "a literal hunter2secret")
            .mask(at("hunter2secret"))
            .fix("name it", at("hunter2secret"), "${KEY}"),
        Diagnostic::global(codes::LOCKED, "locked").help("wait"),
        Diagnostic::new(codes::DUPLICATE_KEY, Span::new(f, 34, 34), "empty").help("do x"),
        Diagnostic::new(
            codes::NO_BACKUP,
            Span::new(f, text.len() as u32, text.len() as u32),
            "eof",
        ),
    ];
    let long =
        format!("a: {} \u{202e}bidi\tz\r x {}\r\nb: 日本\n", "x".repeat(5000), "y".repeat(5000));
    let g = sources.add("long.yaml", long.clone());
    let at = |s: &str| {
        let a = long.find(s).unwrap() as u32;
        Span::new(g, a, a + s.len() as u32)
    };
    let mut ds = ds;
    ds.push(
        Diagnostic::new(codes::UNKNOWN_KEY, at("bidi"), "x\u{1b}[31m")
            .label("la")
            .fix("q", at("bidi"), "z")
            .related(at("本"), "wide")
            .help("hh"),
    );
    ds.push(
        Diagnostic::new(codes::UNKNOWN_KEY, at("日"), "far")
            .related(Span::new(FileId(0), 0, 5), "other")
            .related(at("a"), "key")
            .mask(at("日")),
    );
    let many = "k: 1\n".repeat(100);
    let h = sources.add("many.yaml", many.clone());
    ds.push(
        Diagnostic::new(codes::DUPLICATE_KEY, Span::new(h, 450, 451), "dup")
            .related(Span::new(h, 0, 1), "first"),
    );
    for f in [Format::Human] {
        let mut out = Vec::new();
        render(f, &ds, &sources, false, &mut out).unwrap();
        println!("{}", String::from_utf8(out).unwrap());
    }
}
