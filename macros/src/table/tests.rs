use super::*;

fn expanded(input: TokenStream) -> String {
    expand(input).to_string().split_whitespace().collect()
}

#[test]
fn fields_are_columns() {
    let expansion = expanded(quote!(
        #[table("todos", rename_all = "camelCase", index(list, created_at), unique(list, position), rowid)]
        struct Todo {
            #[column(primary_key)]
            id: String,
            #[column(index)]
            list: String,
            #[column(default = false)]
            completed: bool,
            #[column(unique)]
            position: i64,
            #[column(json, rename = "labels")]
            tags: Option<Vec<String>>,
            #[column(sql_type = "ANY")]
            any: Value,
            created_at: Option<Date>,
        }
    ));
    for part in [
        "TableDef::new(\"todos\",&[",
        "::Column::of::<String>(\"id\"),",
        "::Column::of::<bool>(\"completed\").with_default(\"0\"),",
        "::Column::new(\"labels\",::durable_object::livestore::schema::ColumnType::Text).nullable(),",
        "::ColumnType::Any).nullable(),",
        "::Column::of::<Option<Date>>(\"createdAt\")],&[\"id\"])",
        ".with_unique(&[&[\"position\"],&[\"list\",\"position\"]])",
        "Index::new(\"todos_list\",&[\"list\"])",
        "Index::new(\"todos_list_createdAt\",&[\"list\",\"createdAt\"])])",
        ".with_rowid();",
        "take::<::durable_object::Json<Option<Vec<String>>>>(\"labels\")?",
    ] {
        assert!(expansion.contains(part), "{part} in {expansion}");
    }
    assert!(!expansion.contains("compile_error"), "{expansion}");
}

#[test]
fn a_table_has_96_columns() {
    let table = |count: usize| {
        let fields: Vec<_> = (1..count).map(|index| quote::format_ident!("f{index}")).collect();
        expanded(quote!(#[table("t")] struct T { #[column(primary_key)] id: u8, #(#fields: u8),* }))
    };
    assert!(!table(96).contains("compile_error"));
    assert!(table(97).contains("atmost96columns,andthishas97"));
}

#[test]
fn mistakes_leave_the_implementations_in_place() {
    let key = quote!(#[column(primary_key)] id: u8);
    for (options, fields, part) in [
        (quote!(""), quote!(#key), "isnotempty"),
        (quote!("a"), quote!(id: u8), "hasnoprimarykey"),
        (quote!("a", tall), quote!(#key), "hasnosuchoption"),
        (quote!("a", index()), quote!(#key), "namefields"),
        (quote!("a", index(x)), quote!(#key), "hasnofield`x`"),
        (quote!("a", index(ids)), quote!(#key), "didyoumean`id`?"),
        (quote!("a"), quote!(#key, #[column(rename = "ID")] a: u8), "isthecolumn`ID`already"),
        (quote!("a"), quote!(#[column(primary_key)] id: Option<u8>), "without`Option`"),
        (quote!("a"), quote!(#[column(primary_key, unique)] id: u8), "isunique,andhasanindex"),
        (quote!("a"), quote!(#key, #[column(default = 0)] a: bool), "isnotofthecolumn'stype"),
        (quote!("a"), quote!(#key, #[column(default = now())] a: i64), "soitisaliteral"),
        (quote!("a"), quote!(#key, #[column(sql_type = "VARCHAR")] a: i64), "isnot`VARCHAR`"),
        (quote!("a"), quote!(#key, #[row(rename = "b")] a: i64), "doesnotread"),
        (quote!("a"), quote!(#key, __livestore_a: i64), "belongtoLiveStore"),
        (quote!("a", rowid), quote!(#key, oid: i64), "hidestherowid"),
        (quote!("__livestore_a"), quote!(#key), "belongstoLiveStore"),
        (quote!("EventLog"), quote!(#key), "belongstoLiveStore"),
        (quote!("vfs_pages"), quote!(#key), "belongstoLiveStore"),
        (quote!("_CF_a"), quote!(#key), "belongstotheplatform"),
        (quote!("sqlite_a"), quote!(#key), "belongstoSQLite"),
        (quote!("eventlog_7_a"), quote!(#key), "belongstothesyncbackend"),
    ] {
        let expansion = expanded(quote!(#[table(#options)] struct A { #fields }));
        assert!(expansion.contains("compile_error"), "{expansion}");
        assert!(expansion.contains(part), "{part} in {expansion}");
        assert!(expansion.contains("schema::TableforA"), "still a table: {expansion}");
        assert!(expansion.contains("FromRowforA"), "still made from rows: {expansion}");
    }
}
