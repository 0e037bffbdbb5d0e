//! `#[derive(Decode)]`: from a Rust definition to the grammar of what a user may write.
//!
//! On a struct, each field is a key; its doc comment is the documentation users read. Attributes:
//!
//! - struct: `short = "key:version"` (also `range:min,max`, `levels:warning,critical`,
//!   `build:context,dockerfile`), `moves = "port -> ports.http: doc"` (repeatable),
//!   `foreign = "path::TO_A_TABLE"` of words of other tools (on an enum, too)
//! - field: `key = "…"`, `planned`, `fixed` (no environment may set it), `nullable`,
//!   `keys = "LabelOrList"` (the rule of a map's keys)
//! - enum variant: `word = "…"`, otherwise the name in kebab case; `planned`

use proc_macro::TokenStream;
use proc_macro2::TokenStream as Tokens;
use quote::quote;
use syn::{Attribute, Data, DeriveInput, Error, Expr, Fields, Lit, Meta, Result};

/// Derives `stackc_shape::Decode`.
#[proc_macro_derive(Decode, attributes(shape))]
pub fn derive(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as DeriveInput);
    expand(&input).unwrap_or_else(|error| error.to_compile_error()).into()
}

fn expand(input: &DeriveInput) -> Result<Tokens> {
    match &input.data {
        Data::Struct(data) => record(input, &data.fields),
        Data::Enum(data) => words(input, data),
        Data::Union(_) => Err(Error::new_spanned(input, "a union has no shape")),
    }
}

/// The doc comment as one text.
fn doc(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter(|attribute| attribute.path().is_ident("doc")).filter_map(
        |attribute| match &attribute.meta {
            Meta::NameValue(pair) => match &pair.value {
                Expr::Lit(literal) => match &literal.lit {
                    Lit::Str(text) => Some(text.value().trim().to_owned()),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        },
    );
    lines.collect::<Vec<_>>().join("\n")
}

/// What `#[shape(…)]` says.
#[derive(Default)]
struct Attributes {
    values: Vec<(String, Option<String>)>,
}

impl Attributes {
    fn read(attributes: &[Attribute]) -> Result<Self> {
        let mut found = Self::default();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("shape")) {
            attribute.parse_nested_meta(|meta| {
                let name = meta.path.require_ident()?.to_string();
                let known = [
                    "short", "moves", "key", "planned", "fixed", "nullable", "keys", "word",
                    "foreign",
                ];
                if !known.contains(&name.as_str()) {
                    return Err(meta.error("unknown shape attribute"));
                }
                let value = match meta.input.peek(syn::Token![=]) {
                    true => Some(meta.value()?.parse::<syn::LitStr>()?.value()),
                    false => None,
                };
                found.values.push((name, value));
                Ok(())
            })?;
        }
        Ok(found)
    }

    fn has(&self, name: &str) -> bool {
        self.values.iter().any(|(key, _)| key == name)
    }

    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.values
            .iter()
            .filter(move |(key, _)| key == name)
            .filter_map(|(_, value)| value.as_deref())
    }

    fn get<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.all(name).next()
    }
}

fn short(input: &DeriveInput, text: &str) -> Result<Tokens> {
    let fault = || Error::new_spanned(input, "short forms are key:, range:, levels: or build:");
    let (kind, keys) = text.split_once(':').ok_or_else(fault)?;
    let (first, second) = keys.split_once(',').unwrap_or((keys, ""));
    match kind {
        "key" => Ok(quote!(::stackc_shape::Short::Key(#first))),
        "range" => Ok(quote!(::stackc_shape::Short::Range(#first, #second))),
        "levels" => Ok(quote!(::stackc_shape::Short::Levels(#first, #second))),
        "build" => Ok(quote!(::stackc_shape::Short::Build(#first, #second))),
        _ => Err(fault()),
    }
}

fn moved(input: &DeriveInput, text: &str) -> Result<Tokens> {
    let parts = || {
        let (from, rest) = text.split_once(" -> ")?;
        let (place, doc) = rest.split_once(": ")?;
        let (to, key) = place.split_once('.')?;
        Some((from, to, key, doc))
    };
    let (from, to, key, doc) =
        parts().ok_or_else(|| Error::new_spanned(input, "moves are `from -> to.key: doc`"))?;
    Ok(quote!(::stackc_shape::Move { from: #from, doc: #doc, to: #to, key: #key }))
}

/// The table of words of other tools.
fn foreign(attributes: &Attributes) -> Result<Tokens> {
    let Some(path) = attributes.get("foreign") else { return Ok(quote!(&[])) };
    let path: syn::Path = syn::parse_str(path)?;
    Ok(quote!(&#path))
}

fn record(input: &DeriveInput, fields: &Fields) -> Result<Tokens> {
    let (name, attributes) = (&input.ident, Attributes::read(&input.attrs)?);
    let (text, about) = (name.to_string().trim_end_matches("Spec").to_owned(), doc(&input.attrs));
    let short = match attributes.get("short") {
        Some(text) => {
            let short = short(input, text)?;
            quote!(::std::option::Option::Some(#short))
        }
        None => quote!(::std::option::Option::None),
    };
    let moves =
        attributes.all("moves").map(|text| moved(input, text)).collect::<Result<Vec<_>>>()?;

    let foreign = foreign(&attributes)?;
    let (mut rows, mut takes, mut names) = (Vec::new(), Vec::new(), Vec::new());
    for (at, field) in fields.iter().enumerate() {
        let Some(ident) = &field.ident else {
            return Err(Error::new_spanned(field, "a record has named fields"));
        };
        let (ty, attributes) = (&field.ty, Attributes::read(&field.attrs)?);
        let key = attributes.get("key").map_or_else(|| ident.to_string(), str::to_owned);
        let about = doc(&field.attrs);
        let required = is_required(ty);
        let (planned, overridable) = (attributes.has("planned"), !attributes.has("fixed"));
        let mut shape = quote!(<#ty as ::stackc_shape::Decode>::shape);
        if let Some(rule) = attributes.get("keys") {
            let rule = syn::Ident::new(rule, ident.span());
            shape = quote!(|| match <#ty as ::stackc_shape::Decode>::shape() {
                ::stackc_shape::Shape::Map(_, value) => {
                    ::stackc_shape::Shape::Map(::stackc_shape::KeyRule::#rule, value)
                }
                other => other,
            });
        }
        if attributes.has("nullable") {
            shape = quote!(|| ::stackc_shape::Shape::Nullable(#shape));
        }
        rows.push(quote!(::stackc_shape::Field {
            key: #key,
            doc: #about,
            required: #required,
            planned: #planned,
            overridable: #overridable,
            shape: #shape,
        }));
        takes.push(quote!(let #ident = fields.take::<#ty>(#at, decoder);));
        names.push(ident);
    }
    Ok(quote! {
        impl ::stackc_shape::Decode for #name {
            fn shape() -> ::stackc_shape::Shape {
                static RECORD: ::stackc_shape::Record = ::stackc_shape::Record {
                    name: #text,
                    doc: #about,
                    fields: &[#(#rows),*],
                    short: #short,
                    moves: &[#(#moves),*],
                    foreign: #foreign,
                };
                ::stackc_shape::Shape::Record(&RECORD)
            }

            fn decode<'a>(
                node: &'a ::stackc_source::Node,
                decoder: &mut ::stackc_shape::Decoder<'a>,
            ) -> ::std::option::Option<Self> {
                let ::stackc_shape::Shape::Record(record) = Self::shape() else {
                    return ::std::option::Option::None;
                };
                let fields = decoder.record(node, record)?;
                #(#takes)*
                ::std::option::Option::Some(Self { #(#names: #names?),* })
            }
        }
    })
}

/// Whether a field must be written: all but options, lists and maps.
fn is_required(ty: &syn::Type) -> bool {
    let syn::Type::Path(path) = ty else { return true };
    let last = path.path.segments.last().map(|segment| segment.ident.to_string());
    !matches!(last.as_deref(), Some("Option" | "Vec" | "BTreeMap"))
}

fn words(input: &DeriveInput, data: &syn::DataEnum) -> Result<Tokens> {
    let name = &input.ident;
    let text = name.to_string();
    let foreign = foreign(&Attributes::read(&input.attrs)?)?;
    let (mut rows, mut arms) = (Vec::new(), Vec::new());
    for (at, variant) in data.variants.iter().enumerate() {
        if !variant.fields.is_empty() {
            return Err(Error::new_spanned(variant, "a word holds nothing"));
        }
        let (ident, attributes) = (&variant.ident, Attributes::read(&variant.attrs)?);
        let word = attributes.get("word").map_or_else(|| kebab(&ident.to_string()), str::to_owned);
        let about = doc(&variant.attrs);
        let planned = attributes.has("planned");
        rows.push(quote!(::stackc_shape::Variant { word: #word, doc: #about, planned: #planned }));
        arms.push(quote!(#at => ::std::option::Option::Some(Self::#ident)));
    }
    Ok(quote! {
        impl ::stackc_shape::Decode for #name {
            fn shape() -> ::stackc_shape::Shape {
                static LIST: ::stackc_shape::WordList = ::stackc_shape::WordList {
                    name: #text,
                    words: &[#(#rows),*],
                    foreign: #foreign,
                };
                ::stackc_shape::Shape::Words(&LIST)
            }

            fn decode<'a>(
                node: &'a ::stackc_source::Node,
                decoder: &mut ::stackc_shape::Decoder<'a>,
            ) -> ::std::option::Option<Self> {
                let ::stackc_shape::Shape::Words(list) = Self::shape() else {
                    return ::std::option::Option::None;
                };
                match decoder.word(node, list)? {
                    #(#arms,)*
                    _ => ::std::option::Option::None,
                }
            }
        }
    })
}

fn kebab(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() {
            out.push('-');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}
