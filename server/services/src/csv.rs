//! Tables for a spreadsheet.

/// Adds a row. A cell that a spreadsheet would take for a formula begins with an apostrophe.
pub(crate) fn row(csv: &mut String, cells: &[String]) {
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            csv.push(',');
        }
        csv.push('"');
        if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
            csv.push('\'');
        }
        csv.push_str(&cell.replace('"', "\"\""));
        csv.push('"');
    }
    csv.push_str("\r\n");
}
