//! Lists page by cursor: the place after the last row shown, never a row count.

use serde::{Deserialize, Serialize};

use crate::limits::{PAGE, PAGE_MOST};

/// Which page of a list is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PageRequest {
    /// The cursor that the page before ended with; none for the first page.
    pub after: Option<String>,
    /// How many rows at most; [`PAGE`] when not said, never over [`PAGE_MOST`].
    pub limit: Option<u32>,
}

impl PageRequest {
    /// The number of rows to read.
    #[must_use]
    pub fn rows(&self) -> u32 {
        self.limit.unwrap_or(PAGE).clamp(1, PAGE_MOST)
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The rows, in order.
    pub rows: Vec<T>,
    /// Ask for what follows with this; none when the list is at its end.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// A page from up to `limit + 1` rows: the row too many only tells that more follows.
    #[must_use]
    pub fn from_rows(mut rows: Vec<T>, limit: u32, cursor: impl Fn(&T) -> String) -> Self {
        let limit = limit as usize;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = if more { rows.last().map(cursor) } else { None };
        Self { rows, next }
    }

    /// The same page with each row turned into something else.
    #[must_use]
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { rows: self.rows.into_iter().map(f).collect(), next: self.next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_huge_limit_is_clamped() {
        // PT-34 asks for pages of 10^9 rows.
        assert_eq!(PageRequest { after: None, limit: Some(1_000_000_000) }.rows(), PAGE_MOST);
        assert_eq!(PageRequest { after: None, limit: Some(0) }.rows(), 1);
    }

    #[test]
    fn the_row_too_many_becomes_the_cursor() {
        let page = Page::from_rows(vec![1, 2, 3], 2, |n| n.to_string());
        assert_eq!(page, Page { rows: vec![1, 2], next: Some("2".into()) });
        let page = Page::from_rows(vec![1, 2], 2, |n: &i32| n.to_string());
        assert_eq!(page.next, None);
    }
}
