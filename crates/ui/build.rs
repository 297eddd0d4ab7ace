//! Fails early, in words, when the built styles and scripts are not there: they are embedded into the
//! binary (house.md §1), so a missing folder must not become a server without a stylesheet.

use std::path::Path;

fn main() {
    // Asked when it runs, not when it was built: compiled dependencies are kept outside the clone, whose place may
    // change.
    let Some(here) = std::env::var_os("CARGO_MANIFEST_DIR") else { return println!("cargo::error=run by cargo only") };
    let dist = Path::new(&here).join("../../assets/dist");
    println!("cargo::rerun-if-changed={}", dist.display());
    println!("cargo::rerun-if-changed=build.rs");
    for file in
        ["app.css", "app.css.gz", "app.js", "app.js.gz", "chart.js", "chart.js.gz", "favicon.svg", "favicon.svg.gz"]
    {
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
