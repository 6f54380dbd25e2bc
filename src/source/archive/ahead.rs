//! A compressed stream that another thread decodes, so that a large layer keeps two cores busy.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// How much is handed over at once.
const PIECE: usize = 512 * 1024;
/// How many pieces wait at most.
const WAITING: usize = 4;

/// Bytes that come from another thread.
pub(super) struct Ahead {
    pieces: Receiver<io::Result<Vec<u8>>>,
    piece: io::Cursor<Vec<u8>>,
    /// Buffers that were read go back to be filled again.
    used: SyncSender<Vec<u8>>,
}

/// The other end of [`Ahead`].
pub(super) struct Behind {
    pieces: SyncSender<io::Result<Vec<u8>>>,
    used: Receiver<Vec<u8>>,
}

/// A stream with two ends.
pub(super) fn ends() -> (Ahead, Behind) {
    let (send, pieces) = sync_channel(WAITING);
    let (used, unused) = sync_channel(WAITING + 1);
    let ahead = Ahead { pieces, piece: io::Cursor::default(), used };
    (ahead, Behind { pieces: send, used: unused })
}

impl Behind {
    /// Sends all that a reader gives, until it ends, breaks, or nobody reads any more.
    pub(super) fn send(self, reader: &mut dyn Read) {
        loop {
            let mut piece = self.used.try_recv().unwrap_or_default();
            piece.clear();
            let read = reader.take(PIECE as u64).read_to_end(&mut piece);
            let has_ended = piece.is_empty();
            if !has_ended && self.pieces.send(Ok(piece)).is_err() {
                return;
            }
            match read {
                Ok(_) if has_ended => return,
                Ok(_) => {}
                Err(error) => {
                    let _ = self.pieces.send(Err(error));
                    return;
                }
            }
        }
    }
}

impl Read for Ahead {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.piece.read(out)?;
            if count > 0 || out.is_empty() {
                return Ok(count);
            }
            // The other end is gone when the stream has ended.
            let Ok(piece) = self.pieces.recv() else { return Ok(0) };
            let used = std::mem::replace(&mut self.piece, io::Cursor::new(piece?));
            let _ = self.used.try_send(used.into_inner());
        }
    }
}
