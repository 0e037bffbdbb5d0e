//! Quantities and names: one parser and one spelling each.
//!
//! A value of these types is right by construction; whoever holds one need not check it again.

mod meant;
mod name;
mod parse;
mod quantity;

pub use meant::Meant;
pub use name::{EnvName, HeaderName, Label, NameFault};
pub use parse::ParseFault;
pub use quantity::{Bytes, Millicores, Percent, Rate, Seconds};
