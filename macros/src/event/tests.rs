use super::*;

fn expanded(input: TokenStream) -> String {
    expand(input).to_string().split_whitespace().collect()
}

#[test]
fn variants_are_events() {
    let expansion = expanded(quote!(
        #[event(rename_all_fields = "camelCase")]
        enum TodoEvent {
            #[event("v1.Created", sql = "INSERT INTO todos VALUES (:id, :r, :id); DELETE FROM t")]
            Created {
                id: String,
                r#type: u8,
                #[event(json)]
                r: Vec<String>,
            },
            #[event("v1.Deleted", sql = [])]
            Deleted {
                deleted_at: Date,
                #[event(optional, with = "a::b", rename = "x")]
                reason: Option<String>,
            },
        }
    ));
    for part in [
        "NAMES:&'static[&'static::core::primitive::str]=&[\"v1.Created\",\"v1.Deleted\"];",
        "Self::Created{..}=>\"v1.Created\",",
        "args.field(\"deletedAt\",field_deleted_at)?;",
        "iffield_reason.is_some(){args.field_with(\"x\",|encoder|a::b::serialize(field_reason,encoder))?;}",
        "&[\"id\",\"type\",\"r\"],args)?;Self::Created{id:reader.required::<String>(0usize)?,r#type:",
        "struct__With(Option<String>);",
        "a::b::deserialize(deserializer).map(__With)",
        "reader.or_default::<__With>(1usize)?.0",
        "(\"v1.Created\",&[\"INSERTINTOtodosVALUES(:id,:r,:id)\",\"DELETEFROMt\"]),(\"v1.Deleted\",&[]),",
        "Self::Created{id:field_id,r:field_r,..}=>{",
        "[field_idas&dyn::durable_object::storage::ToSql,&::durable_object::Json(field_r)as&dyn::durable_object::storage::ToSql]",
        "tx.execute(\"DELETEFROMt\",())?;",
        "Self::Deleted{..}=>{}",
    ] {
        assert!(expansion.contains(part), "{part} in {expansion}");
    }
    assert!(!expansion.contains("compile_error"), "{expansion}");
}

#[test]
fn without_sql_materialize_is_the_authors() {
    let expansion = expanded(quote!(
        enum E {
            #[event("a")]
            A {},
        }
    ));
    assert!(!expansion.contains("Materialize"), "{expansion}");
    assert!(expansion.contains("letargs="), "nothing is written: {expansion}");
}

#[test]
fn a_statement_has_100_parameters() {
    let event = |count: usize| {
        let fields: Vec<_> = (0..count).map(|index| quote::format_ident!("f{index}")).collect();
        let parameters: Vec<String> = fields.iter().map(|field| format!(":{field}")).collect();
        let sql = format!("INSERT INTO t VALUES ({})", parameters.join(", "));
        expanded(quote!(enum E { #[event("a", sql = #sql)] A { #(#fields: u8),* } }))
    };
    assert!(!event(100).contains("compile_error"));
    assert!(event(101).contains("takes100parameters,andthishas101"));
}

#[test]
fn mistakes_leave_the_implementations_in_place() {
    for (variants, part) in [
        (quote!(), "thereisnoevent"),
        (quote!(A {}), "#[event(\\\"v1.A\\\")]"),
        (
            quote!(
                #[event]
                A {}
            ),
            "inparentheses",
        ),
        (
            quote!(
                #[event("a")]
                A
            ),
            "write`A{}`",
        ),
        (
            quote!(
                #[event("a")]
                A(u8)
            ),
            "eachhasaname",
        ),
        (
            quote!(
                #[event("a")]
                A { a: u128 }
            ),
            "write`BigInt`",
        ),
        (quote!(#[event("a")] A { a: Vec<Option<i128>> }), "write`BigInt`"),
        (quote!(#[event("a")] A { a: HashMap<u32, u8> }), "write`Pairs<K,V>`"),
        (quote!(#[event("a")] A { a: &'static str }), "ownsitsdata"),
        (
            quote!(
                #[event("a")]
                A {
                    #[serde(rename = "b")]
                    a: u8
                }
            ),
            "doesnotread",
        ),
        (
            quote!(
                #[event("a")]
                A {
                    #[event(optional)]
                    a: u8
                }
            ),
            "isan`Option`",
        ),
        (
            quote!(
                #[event("a")]
                A {},
                #[event("a")]
                B {}
            ),
            "`A`hasthename`a`already",
        ),
        (
            quote!(
                #[event("a", sql = "DELETE FROM t WHERE a = :textt")]
                A { text: u8 }
            ),
            "didyoumean`:text`?",
        ),
        (
            quote!(
                #[event("a", sql = "DELETE FROM t WHERE a = ?")]
                A { text: u8 }
            ),
            "doesnotnameafield",
        ),
        (
            quote!(
                #[event("a", sql = "SELECT 1")]
                A {}
            ),
            "`SELECT`doesnot",
        ),
        (
            quote!(
                #[event("a", sql = "DELETE FROM 't")]
                A {}
            ),
            "aquoteisnotclosed",
        ),
        (
            quote!(
                #[event("a", sql = "")]
                A {}
            ),
            "thereisnostatement",
        ),
        (
            quote!(
                #[event("a", sql = TEXT)]
                A {}
            ),
            "takesatextinquotes",
        ),
        (
            quote!(
                #[event("a", sql = [])]
                A {},
                #[event("b")]
                B {}
            ),
            "and`B`hasnone",
        ),
    ] {
        let expansion = expanded(quote!(enum E { #variants }));
        assert!(expansion.contains("compile_error"), "{expansion}");
        assert!(expansion.contains(part), "{part} in {expansion}");
        assert!(expansion.contains("schema::EventforE"), "still an event: {expansion}");
    }
}
