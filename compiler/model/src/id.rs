//! References between the items of an environment.

use std::ops::Index;

use serde::Serialize;

use crate::{Environment, External, Route, Secret, Service, Store};

macro_rules! ids {
    ($($(#[$doc:meta])* $id:ident => $list:ident: $item:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        pub struct $id(u32);

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
    ServiceId => services: Service;
    /// A data store of an environment.
    StoreId => stores: Store;
    /// An external system of an environment.
    ExternalId => externals: External;
    /// A route of an environment.
    RouteId => routes: Route;
    /// A secret of an environment.
    SecretId => secrets: Secret;
}
