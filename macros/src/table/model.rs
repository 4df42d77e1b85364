//! The user's struct, without attribute syntax.

use proc_macro2::Ident;
use syn::{DeriveInput, Expr, LitStr, ext::IdentExt};

use crate::from_row;

/// The struct.
pub(super) struct Table<'a> {
    pub(super) input: &'a DeriveInput,
    pub(super) name: Option<LitStr>,
    pub(super) columns: Vec<Column>,
    /// `rowid`: the table is not `WITHOUT ROWID`.
    pub(super) rowid: bool,
    /// `index(a, b)` of the struct, with the fields.
    pub(super) indexes: Vec<Vec<Ident>>,
    /// `unique(a, b)` of the struct, with the fields.
    pub(super) unique: Vec<Vec<Ident>>,
}

/// One field.
pub(super) struct Column {
    /// The part that `FromRow` needs.
    pub(super) row: from_row::Column,
    pub(super) primary_key: bool,
    pub(super) unique: bool,
    pub(super) index: bool,
    pub(super) default: Option<Expr>,
    /// `sql_type = "…"`.
    pub(super) sql_type: Option<LitStr>,
}

impl Table<'_> {
    pub(super) fn name(&self) -> String {
        self.name.as_ref().map(LitStr::value).unwrap_or_default()
    }

    /// Returns the column of a field.
    pub(super) fn column(&self, field: &Ident) -> Option<&Column> {
        self.columns.iter().find(|column| column.row.field.unraw() == field.unraw())
    }

    pub(super) fn primary_key(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| column.primary_key)
    }
}
