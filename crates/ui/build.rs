//! Fails early, in words, when the built styles and scripts are not there: they are embedded into the
//! binary (house.md §1), so a missing folder must not become a server without a stylesheet.

use std::path::Path;

fn main() {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/dist");
    println!("cargo::rerun-if-changed={}", dist.display());
    println!("cargo::rerun-if-changed=build.rs");
    for file in ["app.css", "app.css.gz", "app.js", "app.js.gz", "chart.js", "chart.js.gz", "favicon.svg", "favicon.svg.gz"] {
        let path = dist.join(file);
        println!("cargo::rerun-if-changed={}", path.display());
        if !path.is_file() {
            println!(
                "cargo::error=assets/dist/{file} is missing: run `make assets` in the project's folder \
                 (it does `cd assets && npm ci && npm run build`), then build again"
            );
        }
    }
}
