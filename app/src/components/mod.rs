//! The parts that every page is built from. They know no noun of the practice, and bring no words of their own but those
//! a caller may replace.
//!
//! | part | what it is |
//! |---|---|
//! | `Arch` | the mark of the portico: logo, and in empty states |
//! | `Button`, `LinkButton` | something to do; three kinds: main, plain, danger (and quiet, for bars) |
//! | `Card` | a sheet with a heading |
//! | `CheckField` | one tick with its label |
//! | `Empty` | what a list shows when there is nothing: what it is for, and the first step |
//! | `Field` | label, control, hint, error, in that order; for controls of your own |
//! | `Icon` | one of `public/icons.svg` |
//! | `Notice` | something to know: info, success, warn, danger |
//! | `PasswordField` | a password, with a button that shows it |
//! | `SelectField` | one of a list |
//! | `TextArea` | several lines; the only place where `<textarea>` is written |
//! | `TextField` | one line |
//! | `time_zones` | the choices of a field for a time zone |
//!
//! In the console only, where scripts always run: `Dialog`, `Menu`, `Skeleton`, `Table`, `Tabs`,
//! `Toaster` with `Toasts`, `When` with `Clock`.
//!
//! A control works in two ways. In a page of the server give `value` (what stands in it) and `error`. In the console give
//! `bind`, a signal that is read and written, and `error` as a signal.

mod arch;
mod button;
mod card;
mod check_field;
#[cfg(feature = "console")]
mod dialog;
mod empty;
mod field;
mod icon;
#[cfg(feature = "console")]
mod menu;
mod notice;
mod password_field;
mod select_field;
#[cfg(feature = "console")]
mod skeleton;
#[cfg(feature = "console")]
mod table;
#[cfg(feature = "console")]
mod tabs;
mod text_area;
mod text_field;
#[cfg(feature = "console")]
mod toast;
#[cfg(feature = "console")]
mod when;
#[cfg(any(feature = "ssr", feature = "console"))]
mod zones;

pub use arch::Arch;
pub use button::{Button, Kind, LinkButton};
pub use card::Card;
pub use check_field::CheckField;
pub use empty::Empty;
pub use field::{Field, described_by};
pub use icon::Icon;
pub use notice::{Notice, Tone};
pub use password_field::{PasswordField, Username};
pub use select_field::{Choice, SelectField};
pub use text_area::TextArea;
pub use text_field::TextField;
#[cfg(any(feature = "ssr", feature = "console"))]
pub use zones::time_zones;
#[cfg(feature = "console")]
pub use {
    dialog::{Dialog, focus_first_field},
    menu::Menu,
    skeleton::Skeleton,
    table::{Column, Table, acts, column, lesser, ticks},
    tabs::Tabs,
    toast::{Toaster, Toasts},
    when::{Clock, When},
    zones::zone_city,
};
