//! References between the items of an environment.

use std::ops::Index;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::{Environment, External, Route, Secret, Service, Store};

macro_rules! ids {
    ($($(#[$doc:meta])* $id:ident => $list:ident $key:literal: $item:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $id(u32);

        /// The key of the list in a serialized environment and the position in it, so that a reader
        /// can tell an id from a number.
        impl Serialize for $id {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut out = serializer.serialize_struct(stringify!($id), 2)?;
                out.serialize_field("$list", $key)?;
                out.serialize_field("$at", &self.0)?;
                out.end()
            }
        }

        impl $id {
            /// The id of the item at a position; for the resolver, which fixes the positions.
            #[must_use]
            pub fn at(position: usize) -> Self {
                Self(u32::try_from(position).unwrap_or(u32::MAX))
            }

            /// The position in the environment's list.
            #[must_use]
            pub fn position(self) -> usize {
                self.0 as usize
            }
        }

        impl Index<$id> for Environment {
            type Output = $item;

            fn index(&self, id: $id) -> &$item {
                &self.$list[id.position()]
            }
        }
    )*};
}

ids! {
    /// A service of an environment.
    ServiceId => services "services": Service;
    /// A data store of an environment.
    StoreId => stores "data": Store;
    /// An external system of an environment.
    ExternalId => externals "external": External;
    /// A route of an environment.
    RouteId => routes "routes": Route;
    /// A secret of an environment.
    SecretId => secrets "secrets": Secret;
}
