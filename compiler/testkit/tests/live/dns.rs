//! The name server of the containers; nginx finds it at 127.0.0.11, where it is passed on from.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, UdpSocket};
use std::sync::{Arc, Mutex};

/// Names with their addresses; a name that is missing does not exist.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names(Arc<Mutex<BTreeMap<String, Ipv4Addr>>>);

impl Names {
    /// Says where a name leads from now on.
    pub(crate) fn set(&self, name: &str, address: Ipv4Addr) {
        self.0.lock().unwrap().insert(name.to_owned(), address);
    }

    /// Where a name leads.
    fn get(&self, name: &str) -> Option<Ipv4Addr> {
        self.0.lock().unwrap().get(name).copied()
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

/// The answer to a question (RFC 1035): an address that lives for a second, none, or no such name.
fn answer(question: &[u8], names: &Names) -> Option<Vec<u8>> {
    let (name, end) = name(question)?;
    let kind = u16::from_be_bytes([*question.get(end)?, *question.get(end + 1)?]);
    let address = names.get(&name);
    let mut out = question.get(..2)?.to_vec();
    out.extend([0x81, if address.is_some() { 0x80 } else { 0x83 }, 0, 1, 0]);
    let address = address.filter(|_| kind == IPV4);
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
