//! What becomes of linked WASM: the console is cut into pieces, and both sides get their JavaScript. The libraries of
//! wasm-split and wasm-bindgen do it; their own commands bring a test runner and a web server along, and take three times as
//! long to build.

use std::path::Path;

use anyhow::{Result, bail};

const USAGE: &str = "usage: portico-wasm split NAME FILE FOLDER
       portico-wasm bind NAME FILE FOLDER [--keep-lld-exports] [--keep-debug]";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (flags, words): (Vec<&str>, Vec<&str>) =
        arguments.iter().map(String::as_str).partition(|word| word.starts_with("--"));
    match words[..] {
        ["split", name, file, folder] if flags.is_empty() => split(name, Path::new(file), Path::new(folder)),
        ["bind", name, file, folder] => bind(name, Path::new(file), Path::new(folder), &flags),
        _ => bail!("{USAGE}"),
    }
}

/// Cuts a file along its relocations: the first piece and those that are fetched later.
fn split(name: &str, file: &Path, folder: &Path) -> Result<()> {
    let wasm = std::fs::read(file)?;
    let first = folder.join(format!("{name}.wasm"));
    let main = format!("./{name}.js");
    let mut options = wasm_split_cli_support::Options::new(&wasm);
    options.output_dir = folder;
    options.main_out_path = &first;
    options.main_module = &main;
    wasm_split_cli_support::transform(options).map_err(|error| anyhow::anyhow!("{error:?}"))?;
    Ok(())
}

/// Writes the JavaScript that starts a file, and the file as it wants it.
fn bind(name: &str, file: &Path, folder: &Path, flags: &[&str]) -> Result<()> {
    if let Some(unknown) = flags.iter().find(|flag| !["--keep-lld-exports", "--keep-debug"].contains(flag)) {
        bail!("{unknown} is not known\n{USAGE}");
    }
    let mut bindgen = wasm_bindgen_cli_support::Bindgen::new();
    bindgen
        .web(true)?
        .input_path(file)
        .out_name(name)
        .typescript(false)
        // The portal's page starts its file without saying where it lies.
        .omit_default_module_path(false)
        .keep_lld_exports(flags.contains(&"--keep-lld-exports"))
        .keep_debug(flags.contains(&"--keep-debug"));
    bindgen.generate(folder)
}
