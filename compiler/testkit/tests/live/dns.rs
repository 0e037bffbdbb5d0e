//! The name server of the containers; nginx finds it at 127.0.0.11, where it is passed on from.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, UdpSocket};
use std::sync::{Arc, Mutex};

/// How questions are answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Mood {
    /// As it is: a name that is missing does not exist.
    #[default]
    Fine,
    /// With a failure, as Docker's does where it asks a server that it does not reach.
    Failing,
    /// Not at all.
    Silent,
}

/// Names with their addresses.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    addresses: BTreeMap<String, Ipv4Addr>,
    mood: Mood,
    /// Who was asked for since the mood changed.
    asked: BTreeSet<String>,
}

impl Names {
    /// Says where a name leads from now on.
    pub(crate) fn set(&self, name: &str, address: Ipv4Addr) {
        self.0.lock().unwrap().addresses.insert(name.to_owned(), address);
    }

    /// Says how questions are answered from now on.
    pub(crate) fn turn(&self, mood: Mood) {
        let mut state = self.0.lock().unwrap();
        (state.mood, state.asked) = (mood, BTreeSet::new());
    }

    /// Whether every name has been asked for since.
    pub(crate) fn all_asked(&self) -> bool {
        let state = self.0.lock().unwrap();
        state.addresses.keys().all(|name| state.asked.contains(name))
    }

    /// Where a name leads, and how to say it.
    fn look_up(&self, name: String) -> (Mood, Option<Ipv4Addr>) {
        let mut state = self.0.lock().unwrap();
        let address = state.addresses.get(&name).copied();
        state.asked.insert(name);
        (state.mood, address)
    }
}

/// Answers for these names until the process ends.
pub(crate) fn serve(names: Names) -> Result<(), String> {
    let socket =
        UdpSocket::bind("0.0.0.0:53").map_err(|error| format!("no name server: {error}"))?;
    std::thread::spawn(move || {
        let mut packet = [0; 1500];
        while let Ok((length, from)) = socket.recv_from(&mut packet) {
            if let Some(answer) = answer(&packet[..length], &names) {
                drop(socket.send_to(&answer, from));
            }
        }
    });
    Ok(())
}

const IPV4: u16 = 1;

/// Codes of an answer (RFC 1035): a failure of the server, no such name.
const SERVFAIL: u8 = 2;
const NXDOMAIN: u8 = 3;

/// The answer to a question (RFC 1035): an address that lives for a second, none, or why there is none.
fn answer(question: &[u8], names: &Names) -> Option<Vec<u8>> {
    let (name, end) = name(question)?;
    let kind = u16::from_be_bytes([*question.get(end)?, *question.get(end + 1)?]);
    let (mood, address) = names.look_up(name);
    let code = match (mood, address) {
        (Mood::Silent, _) => return None,
        (Mood::Failing, _) => SERVFAIL,
        (Mood::Fine, None) => NXDOMAIN,
        (Mood::Fine, Some(_)) => 0,
    };
    let mut out = question.get(..2)?.to_vec();
    out.extend([0x81, 0x80 | code, 0, 1, 0]);
    let address = address.filter(|_| kind == IPV4 && code == 0);
    out.extend([u8::from(address.is_some()), 0, 0, 0, 0]);
    out.extend(question.get(12..end + 4)?);
    if let Some(address) = address {
        out.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4]);
        out.extend(address.octets());
    }
    Some(out)
}

/// The name that is asked for, and where it ends.
fn name(question: &[u8]) -> Option<(String, usize)> {
    let (mut at, mut labels) = (12, Vec::new());
    loop {
        let length = usize::from(*question.get(at)?);
        at += 1;
        if length == 0 {
            return Some((labels.join("."), at));
        }
        labels.push(String::from_utf8_lossy(question.get(at..at + length)?).to_ascii_lowercase());
        at += length;
    }
}
