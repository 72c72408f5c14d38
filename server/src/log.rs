//! The log: one line an event, to standard output for servers and to standard error for other commands.

use std::{
    io::{self, Write},
    panic::PanicHookInfo,
};

use tracing_subscriber::{EnvFilter, fmt::MakeWriter, layer::SubscriberExt as _, util::SubscriberInitExt as _};

use crate::{
    config::{Config, LogFormat},
    failure::Failure,
};

/// Where log lines go.
#[derive(Debug, Clone, Copy)]
pub enum To {
    /// Of a server: the log is its output.
    Output,
    /// Of a command whose output is something else.
    Error,
}

/// Starts the log.
///
/// # Errors
/// When `RUST_LOG` cannot be read.
pub fn start(config: &Config, to: To) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(&config.log_filter).map_err(|wrong| {
        Failure::setting("RUST_LOG", format_args!("cannot be read: {wrong}"), "Set it to something like `info`.")
    })?;
    let lines = Lines(to);
    let registry = tracing_subscriber::registry().with(filter);
    // A second start, as in tests, keeps the first.
    let _ = match config.log_format {
        LogFormat::Text => {
            registry.with(tracing_subscriber::fmt::layer().with_ansi(false).with_writer(lines)).try_init()
        }
        LogFormat::Json => {
            registry.with(tracing_subscriber::fmt::layer().json().flatten_event(true).with_writer(lines)).try_init()
        }
    };
    std::panic::set_hook(Box::new(panicked));
    Ok(())
}

/// A panic's text may hold anything; its place is enough to find it (DB-06).
fn panicked(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map_or_else(String::new, ToString::to_string);
    let text = panic.payload().downcast_ref::<&'static str>().copied().unwrap_or("");
    tracing::error!(place, text, "panicked");
}

/// Writes each event as exactly one line, whatever is in it.
#[derive(Debug, Clone, Copy)]
struct Lines(To);

impl<'a> MakeWriter<'a> for Lines {
    type Writer = OneLine;

    fn make_writer(&'a self) -> OneLine {
        OneLine(self.0)
    }
}

struct OneLine(To);

impl Write for OneLine {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let line = one_line(event);
        match self.0 {
            To::Output => io::stdout().lock().write_all(&line)?,
            To::Error => io::stderr().lock().write_all(&line)?,
        }
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An event's text with its inner line ends and other controls made visible, so that no input can forge a line (DB-06).
fn one_line(event: &[u8]) -> Vec<u8> {
    let body = event.strip_suffix(b"\n").unwrap_or(event);
    let mut line = Vec::with_capacity(event.len());
    for byte in body {
        match byte {
            b'\n' => line.extend_from_slice(b"\\n"),
            b'\r' => line.extend_from_slice(b"\\r"),
            0..=0x1f | 0x7f => line.push(b'?'),
            _ => line.push(*byte),
        }
    }
    line.push(b'\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    // DB-06
    #[test]
    fn no_input_forges_a_line() {
        let event = b"INFO something=a\r\nERROR forged \x1b[31m\n";
        assert_eq!(one_line(event), b"INFO something=a\\r\\nERROR forged ?[31m\n");
        assert_eq!(one_line(b"plain\n"), b"plain\n");
    }
}
