//! Rules that a reviewer of the manifests would look for first.

use super::fixture::*;

#[test]
fn dump() {
    let (artifacts, diagnostics) =
        render(&with_options(&[("secret_store", "external-secrets"), ("monitoring", "operator")]));
    let dir = std::env::var("DUMP").unwrap();
    for artifact in artifacts.iter() {
        let path = std::path::Path::new(&dir).join(artifact.path.as_str());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, artifact.body.text()).unwrap();
    }
    for diagnostic in diagnostics.iter() {
        eprintln!("{} {}", diagnostic.code.id, diagnostic.message);
    }
}
