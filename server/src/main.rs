//! The program: reads the configuration, runs one command, ends with its exit code.

use std::{io::Write as _, process::ExitCode};

use clap::Parser as _;
use server::{
    commands,
    config::{Cli, Config, environment},
};

fn main() -> ExitCode {
    // Before anything opens a connection; a second time in one process would be a fault of ours, and harmless.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // Wrong flags end here: clap says which, and exits with 2.
    let cli = Cli::parse();
    let outcome =
        Config::check(cli.settings, &cli.command, &environment).and_then(|config| commands::run(config, cli.command));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Nobody to tell when even this fails.
            let _ = writeln!(std::io::stderr(), "{failure}");
            failure.exit()
        }
    }
}
