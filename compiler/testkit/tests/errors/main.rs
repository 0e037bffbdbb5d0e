use stackc_driver::{MemoryLoader, compile};
fn main() {
    for f in std::env::args().skip(1) {
        let b = std::fs::read(&f).unwrap();
        let l = MemoryLoader::new([("stack.yaml", b)]);
        let c = compile(&l, "stack.yaml", stackc_targets::ALL);
        println!("== {f}");
        for d in c.diagnostics.iter() {
            let p = d.primary.as_ref().map(|l| {
                let f = c.sources.file(l.span.file).unwrap();
                let (a, b) = (f.position(l.span.start), f.position(l.span.end));
                format!("{}:{}-{}:{}", a.line, a.column, b.line, b.column)
            });
            println!(
                "{} {} {} | {:?} {:?}",
                d.code.id,
                p.unwrap_or("-".into()),
                d.message,
                d.help,
                d.environment
            );
        }
    }
}
