//! The default of a column, as Rust and as SQL write it.

use syn::{Expr, ExprLit, ExprUnary, Lit, Type, UnOp};

use crate::shape;

/// The kind of a literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Boolean,
    Integer,
    Real,
    Text,
}

/// Returns the literal of SQL, or the mistake and the advice.
pub(super) fn literal(default: &Expr, ty: &Type, json: bool) -> Result<String, (String, &'static str)> {
    let Some((kind, text)) = read(default) else {
        return Err((
            "the default is in the table's definition, so it is a literal".to_owned(),
            "write a number, `true`, `false` or a text; others belong in the event",
        ));
    };
    if text.contains('\0') {
        return Err((
            "SQL cannot write a text with a zero character".to_owned(),
            "write the text without it",
        ));
    }
    let expected = if json { Some(Kind::Text) } else { expected(shape::without_option(ty)) };
    let fits =
        expected.is_none_or(|expected| expected == kind || (expected == Kind::Real && kind == Kind::Integer));
    if fits {
        return Ok(text);
    }
    let help = match expected {
        Some(Kind::Boolean) => "write `default = false` or `default = true`",
        Some(Kind::Integer) => "write `default = 0`",
        Some(Kind::Real) => "write `default = 0.0`",
        Some(Kind::Text) | None => "write `default = \"…\"`",
    };
    Err((format!("the default {text} is not of the column's type"), help))
}

/// Returns the kind of literal that a column of this type takes, or `None` for types of users.
fn expected(ty: &Type) -> Option<Kind> {
    Some(match shape::last_segment(ty)?.ident.to_string().as_str() {
        "bool" => Kind::Boolean,
        "i8" | "i16" | "i32" | "i64" | "isize" | "u8" | "u16" | "u32" | "u64" | "usize" | "Date" => {
            Kind::Integer
        }
        "f32" | "f64" => Kind::Real,
        "String" | "Text" => Kind::Text,
        _ => return None,
    })
}

fn read(default: &Expr) -> Option<(Kind, String)> {
    match default {
        Expr::Lit(ExprLit { lit, .. }) => match lit {
            Lit::Bool(value) => Some((Kind::Boolean, u8::from(value.value).to_string())),
            Lit::Int(value) => Some((Kind::Integer, value.base10_digits().to_owned())),
            Lit::Float(value) => Some((Kind::Real, value.base10_digits().to_owned())),
            Lit::Str(value) => Some((Kind::Text, format!("'{}'", value.value().replace('\'', "''")))),
            _ => None,
        },
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => match read(expr)? {
            (kind @ (Kind::Integer | Kind::Real), text) if !text.starts_with('-') => {
                Some((kind, format!("-{text}")))
            }
            _ => None,
        },
        Expr::Group(group) => read(&group.expr),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    #[test]
    fn literals() {
        for (default, ty, sql) in [
            (parse_quote!(false), parse_quote!(bool), "0"),
            (parse_quote!(0x10_u8), parse_quote!(Option<u8>), "16"),
            (parse_quote!(-1), parse_quote!(f64), "-1"),
            (parse_quote!(-1.5e3), parse_quote!(f64), "-1.5e3"),
            (parse_quote!("it's"), parse_quote!(String), "'it''s'"),
            (parse_quote!("a"), parse_quote!(Mine), "'a'"),
        ] {
            assert_eq!(literal(&default, &ty, false).unwrap(), sql);
        }
    }

    #[test]
    fn mistakes() {
        for (default, ty) in [
            (parse_quote!(0), parse_quote!(bool)),
            (parse_quote!("0"), parse_quote!(u8)),
            (parse_quote!(1.5), parse_quote!(Option<i64>)),
            (parse_quote!(--1), parse_quote!(i64)),
            (parse_quote!(A), parse_quote!(i64)),
            (parse_quote!("\0"), parse_quote!(String)),
        ] {
            assert!(literal(&default, &ty, false).is_err());
        }
        assert!(literal(&parse_quote!(1), &parse_quote!(Mine), true).is_err());
    }
}
