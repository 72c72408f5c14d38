//! Embeds the built site (`target/site`, or where PORTICO_SITE says) into the binary. Without one the binary is built all
//! the same and says so when it starts.

use std::{
    env,
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-env-changed=PORTICO_SITE");
    println!("cargo::rerun-if-changed=build.rs");
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let site = env::var_os("PORTICO_SITE").map_or_else(|| here.join("../target/site"), PathBuf::from);
    // A folder that is not there would make cargo build this crate anew each time.
    fs::create_dir_all(&site)?;
    let site = site.canonicalize()?;
    println!("cargo::rerun-if-changed={}", site.display());

    let mut files = Vec::new();
    find(&site, &mut files)?;
    files.sort();
    let names = fs::read_to_string(site.join("assets.json")).unwrap_or_else(|_| "{}".to_owned());
    let mut code = format!("static NAMES: &str = {names:?};\nstatic FILES: &[Embedded] = &[\n");
    for file in &files {
        let Ok(inside) = file.strip_prefix(&site) else { continue };
        let path = format!("/{}", inside.display()).replace('\\', "/");
        if path == "/assets.json" || compressed(file) {
            continue;
        }
        let sibling = |ending: &str| {
            let sibling = PathBuf::from(format!("{}.{ending}", file.display()));
            if files.contains(&sibling) { format!("Some(include_bytes!({sibling:?}))") } else { "None".to_owned() }
        };
        let (br, gz) = (sibling("br"), sibling("gz"));
        let _ =
            writeln!(code, "    Embedded {{ path: {path:?}, plain: include_bytes!({file:?}), br: {br}, gz: {gz} }},");
    }
    code.push_str("];\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("site.rs");
    // Written only when it changed: cargo looks at the time.
    if fs::read_to_string(&out).ok().as_deref() != Some(&code) {
        fs::write(out, code)?;
    }
    Ok(())
}

fn compressed(file: &Path) -> bool {
    file.extension().is_some_and(|ending| ending == "br" || ending == "gz")
}

fn find(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { find(&path, files)? } else { files.push(path) }
    }
    Ok(())
}
