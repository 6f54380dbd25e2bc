//! Packs that no git wrote: what is right in them is read, what is wrong is named, and nothing is exhausted.

use crate::fixture::Repo;
use crate::material::token;

const BLOB: u8 = 3;
const BY_OFFSET: u8 = 6;
const BY_NAME: u8 = 7;

/// Bytes as zlib stores what it does not compress.
pub(crate) fn stored(content: &[u8]) -> Vec<u8> {
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in content {
        a = (a + u32::from(*byte)) % 65521;
        b = (b + a) % 65521;
    }
    let mut bytes = vec![0x78, 0x01];
    let blocks: Vec<&[u8]> = content.chunks(0xFFFF).collect();
    for (number, block) in blocks.iter().enumerate() {
        let length = u16::try_from(block.len()).unwrap();
        bytes.push(u8::from(number + 1 == blocks.len()));
        bytes.extend(length.to_le_bytes());
        bytes.extend((!length).to_le_bytes());
        bytes.extend(*block);
    }
    if blocks.is_empty() {
        bytes.extend([1, 0, 0, 0xFF, 0xFF]);
    }
    bytes.extend((b << 16 | a).to_be_bytes());
    bytes
}

pub(crate) fn raw(id: &str) -> Vec<u8> {
    (0..id.len()).step_by(2).map(|at| u8::from_str_radix(&id[at..at + 2], 16).unwrap()).collect()
}

fn varint(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = u8::try_from(number & 0x7F).unwrap();
        number >>= 7;
        bytes.push(low | if number > 0 { 0x80 } else { 0 });
        if number == 0 {
            return bytes;
        }
    }
}

/// An entry of a pack that says that its content has this size.
fn entry(kind: u8, size: u64, base: &[u8], content: &[u8]) -> Vec<u8> {
    let low = u8::try_from(size & 15).unwrap();
    let mut bytes = vec![kind << 4 | low];
    if size > 15 {
        bytes[0] |= 0x80;
        bytes.extend(varint(size >> 4));
    }
    bytes.extend(base);
    bytes.extend(stored(content));
    bytes
}

/// An entry that is what it says.
fn honest(kind: u8, base: &[u8], content: &[u8]) -> Vec<u8> {
    entry(kind, content.len() as u64, base, content)
}

/// How an entry says that its base starts so many bytes before it.
fn distance(mut bytes: u64) -> Vec<u8> {
    let mut digits = vec![u8::try_from(bytes & 0x7F).unwrap()];
    bytes >>= 7;
    while bytes > 0 {
        bytes -= 1;
        digits.push(0x80 | u8::try_from(bytes & 0x7F).unwrap());
        bytes >>= 7;
    }
    digits.reverse();
    digits
}

/// A delta of these instructions, which says these sizes of its base and of its result.
fn delta(before: usize, after: usize, instructions: &[u8]) -> Vec<u8> {
    [&varint(before as u64)[..], &varint(after as u64), instructions].concat()
}

/// The instruction that adds bytes.
fn insert(bytes: &[u8]) -> Vec<u8> {
    [&[u8::try_from(bytes.len()).unwrap()], bytes].concat()
}

/// The instruction that copies from the base.
fn copy(offset: u32, length: u32) -> Vec<u8> {
    let (offset, length) = (offset.to_le_bytes(), length.to_le_bytes());
    [&[0xFF][..], &offset, &length[..3]].concat()
}

fn sha1(bytes: &[u8]) -> Vec<u8> {
    let mut hasher = gix::hash::hasher(gix::hash::Kind::Sha1);
    hasher.update(bytes);
    hasher.try_finalize().unwrap().as_slice().to_vec()
}

/// Puts a pack of these objects, and its index, into the store.
fn write_pack(repo: &Repo, objects: &[(String, Vec<u8>)]) {
    write_pack_with(repo, objects, |_| {});
}

fn write_pack_with(
    repo: &Repo,
    objects: &[(String, Vec<u8>)],
    change_index: impl Fn(&mut Vec<u8>),
) {
    let count = u32::try_from(objects.len()).unwrap();
    let mut pack = [b"PACK", &2_u32.to_be_bytes()[..], &count.to_be_bytes()].concat();
    let mut rows = Vec::new();
    for (id, bytes) in objects {
        rows.push((raw(id), crc32fast::hash(bytes), u32::try_from(pack.len()).unwrap()));
        pack.extend(bytes);
    }
    let sum = sha1(&pack);
    pack.extend(&sum);
    rows.sort();
    let mut index = vec![0xFF, b't', b'O', b'c', 0, 0, 0, 2];
    for first in 0..=255 {
        let upto = rows.iter().filter(|row| row.0[0] <= first).count();
        index.extend(u32::try_from(upto).unwrap().to_be_bytes());
    }
    index.extend(rows.iter().flat_map(|row| row.0.clone()));
    index.extend(rows.iter().flat_map(|row| row.1.to_be_bytes()));
    index.extend(rows.iter().flat_map(|row| row.2.to_be_bytes()));
    change_index(&mut index);
    index.extend(&sum);
    let own = sha1(&index);
    index.extend(own);
    let name = "pack-0123456789012345678901234567890123456789";
    repo.write(format!(".git/objects/pack/{name}.pack"), pack);
    repo.write(format!(".git/objects/pack/{name}.idx"), index);
}

/// A repository with a control, and a branch whose files have these contents, none of which is in the store.
fn with_files(contents: &[&[u8]]) -> (Repo, String, Vec<String>) {
    let (repo, control) = (Repo::with_commit(), token(1));
    repo.commit("control.txt", &control);
    let id = |content: &&[u8]| repo.git_with(&["hash-object", "--stdin"], &[], content);
    let ids: Vec<String> = contents.iter().map(id).collect();
    reach(&repo, &ids);
    (repo, control, ids)
}

/// Makes a branch with files of these ids.
fn reach(repo: &Repo, ids: &[String]) {
    let line = |(number, id): (usize, &String)| format!("100644 blob {id}\tfile-{number}.txt\n");
    let tree = ids.iter().enumerate().map(line).collect::<Vec<_>>().concat();
    let tree = repo.git_with(&["mktree", "--missing"], &[], tree.as_bytes());
    let commit = repo.git(&["commit-tree", "-m", "side", &tree]);
    repo.write(".git/refs/heads/side", format!("{commit}\n"));
}

#[test]
fn what_is_right_is_read() {
    let secret = token(2);
    let (base, result) = (&b"first line\n"[..], format!("first line\n{secret}\nline\n"));
    let (repo, control, ids) = with_files(&[base, result.as_bytes()]);
    let instructions = [copy(0, 11), insert(secret.as_bytes()), insert(b"\n"), copy(6, 5)].concat();
    let change = delta(base.len(), result.len(), &instructions);
    let first = honest(BLOB, &[], base);
    for second in [
        honest(BY_NAME, &raw(&ids[0]), &change),
        honest(BY_OFFSET, &distance(first.len() as u64), &change),
    ] {
        write_pack(&repo, &[(ids[0].clone(), first.clone()), (ids[1].clone(), second)]);
        repo.git(&["cat-file", "blob", &ids[1]]);
        repo.run(&[]).assert_finds(&[&control, &secret]);
    }
    // The base behind what is made of it.
    let second = honest(BY_NAME, &raw(&ids[0]), &change);
    write_pack(&repo, &[(ids[1].clone(), second), (ids[0].clone(), first)]);
    repo.run(&[]).assert_finds(&[&control, &secret]);
}

#[test]
fn the_base_in_another_pack_or_loose() {
    let secret = token(2);
    let (base, result) = (&b"first line\n"[..], format!("first line\n{secret}"));
    let (repo, control, ids) = with_files(&[base, result.as_bytes()]);
    let instructions = [copy(0, 11), insert(secret.as_bytes())].concat();
    let change = delta(base.len(), result.len(), &instructions);
    let second = honest(BY_NAME, &raw(&ids[0]), &change);
    write_pack(&repo, &[(ids[1].clone(), second)]);
    // git does not look elsewhere; whether keylint does or not, it does not call it clean without having read it.
    repo.object("blob", base);
    let run = repo.run(&[]);
    assert!(run.secrets().contains(control.as_str()), "{}", run.err);
    assert!(run.secrets().contains(secret.as_str()) || run.report["complete"] == false);
}

#[test]
fn bases_that_go_in_circles_or_nowhere() {
    let (repo, control, ids) = with_files(&[b"one", b"two"]);
    let change = delta(3, 3, &insert(b"two"));
    let by_name = |id: &str| honest(BY_NAME, &raw(id), &change);
    let unknown = "1234567890123456789012345678901234567890";
    let good = honest(BLOB, &[], b"one");
    for [first, second] in [
        [by_name(&ids[1]), by_name(&ids[0])],
        [good.clone(), by_name(&ids[1])],
        [good.clone(), by_name(unknown)],
        [good.clone(), honest(BY_OFFSET, &distance(0), &change)],
        [good.clone(), honest(BY_OFFSET, &distance(5), &change)],
        [good.clone(), honest(BY_OFFSET, &distance(good.len() as u64 + 12), &change)],
        [good.clone(), honest(BY_OFFSET, &distance(1 << 40), &change)],
        [good.clone(), honest(BY_OFFSET, &[0xFF; 12], &change)],
    ] {
        write_pack(&repo, &[(ids[0].clone(), first), (ids[1].clone(), second)]);
        repo.run(&[]).assert_incomplete(&[&control], &[&ids[1][..8], "file-1.txt"]);
    }
}

#[test]
fn deltas_that_lie() {
    let (repo, control, ids) = with_files(&[b"one", b"two"]);
    let good = honest(BLOB, &[], b"one");
    for change in [
        Vec::new(),
        delta(4, 3, &insert(b"two")),
        delta(3, 4, &insert(b"two")),
        delta(3, 2, &insert(b"two")),
        delta(3, 1 << 60, &insert(b"two")),
        delta(3, 3, &copy(1, 3)),
        delta(3, 3, &copy(u32::MAX, 3)),
        delta(3, 1 << 24, &copy(0, 0xFF_FFFF)),
        delta(3, 3, &[0]),
        delta(3, 3, &[3, b't']),
        delta(3, 3, &[0xFF, 0]),
        delta(3, 3, &[]),
        vec![0xFF; 20],
        vec![0x80],
    ] {
        let second = honest(BY_NAME, &raw(&ids[0]), &change);
        write_pack(&repo, &[(ids[0].clone(), good.clone()), (ids[1].clone(), second)]);
        repo.run(&[]).assert_incomplete(&[&control], &[&ids[1][..8], "file-1.txt"]);
    }
}

#[test]
fn entries_that_lie() {
    let (repo, control, ids) = with_files(&[b"one"]);
    for bytes in [
        entry(BLOB, 1 << 59, &[], b"one"),
        entry(BLOB, 1 << 33, &[], b"one"),
        entry(BLOB, 2, &[], b"one"),
        entry(BLOB, 4, &[], b"one"),
        honest(0, &[], b"one"),
        honest(5, &[], b"one"),
        vec![0xFF; 30],
        vec![BLOB << 4 | 3, 0x78],
        vec![BLOB << 4 | 3],
    ] {
        write_pack(&repo, &[(ids[0].clone(), bytes)]);
        repo.run(&[]).assert_incomplete(&[&control], &[&ids[0][..8], "file-0.txt"]);
    }
}

#[test]
fn indexes_that_lie() {
    let (repo, control, ids) = with_files(&[b"one"]);
    let objects = [(ids[0].clone(), honest(BLOB, &[], b"one"))];
    let offset = 8 + 1024 + 20 + 4;
    for value in [0_u32, 3, 14, 1000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF] {
        write_pack_with(&repo, &objects, |index| {
            index[offset..offset + 4].copy_from_slice(&value.to_be_bytes());
        });
        repo.run(&[])
            .assert_incomplete(&[&control], &[&ids[0][..8], "file-0.txt", "pack-01234567"]);
    }
    // Too many objects, fewer than before, and another version.
    let damages: [fn(&mut Vec<u8>); 4] = [
        |index| index[8 + 1020] = 0x7F,
        |index| index[8] = 0x7F,
        |index| index[7] = 9,
        |index| index.truncate(40),
    ];
    for damage in damages {
        write_pack_with(&repo, &objects, damage);
        let run = repo.run(&[]);
        assert!(run.secrets().contains(control.as_str()), "{}", run.err);
        assert!(run.report["complete"] == false || run.count("blobs") == 3, "{}", run.out);
    }
}

#[test]
fn a_very_long_chain() {
    let secret = token(2);
    let text = |number: usize| format!("{number:05}\n{secret}\n");
    let contents: Vec<String> = (0..4000).map(text).collect();
    let contents: Vec<&[u8]> = contents.iter().map(String::as_bytes).collect();
    let (repo, control) = (Repo::with_commit(), token(1));
    repo.commit("control.txt", &control);
    let mut objects: Vec<(String, Vec<u8>)> = Vec::new();
    for (number, content) in contents.iter().enumerate() {
        let header = format!("blob {}\0", content.len());
        let id = sha1(&[header.as_bytes(), content].concat());
        let id: String = id.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
        let rest = u32::try_from(content.len() - 5).unwrap();
        let bytes = if let Some((base, _)) = objects.last() {
            let instructions = [insert(&content[..5]), copy(5, rest)].concat();
            let change = delta(content.len(), content.len(), &instructions);
            honest(BY_NAME, &raw(base), &change)
        } else {
            assert_eq!(number, 0);
            honest(BLOB, &[], content)
        };
        objects.push((id, bytes));
    }
    write_pack(&repo, &objects);
    reach(&repo, &[objects.last().unwrap().0.clone()]);
    let run = repo.run(&[]);
    assert!(run.secrets().contains(control.as_str()), "{}", run.err);
    assert!(run.secrets().contains(secret.as_str()) || run.report["complete"] == false);
    let all = repo.run(&["--all-objects"]);
    assert!(all.secrets().contains(secret.as_str()) || all.report["complete"] == false);
}

/// A few kilobytes that say: sixteen gigabytes.
#[test]
fn a_delta_that_explodes() {
    let base = vec![b'a'; 1 << 20];
    let (repo, control, ids) = with_files(&[&base]);
    let instructions: Vec<u8> = (0..16 << 10).flat_map(|_| copy(0, 1 << 20)).collect();
    let change = delta(base.len(), 16 << 30, &instructions);
    let bomb = "1234567890123456789012345678901234567890".to_owned();
    let objects = [
        (ids[0].clone(), honest(BLOB, &[], &base)),
        (bomb.clone(), honest(BY_NAME, &raw(&ids[0]), &change)),
    ];
    write_pack(&repo, &objects);
    reach(&repo, &[ids[0].clone(), bomb.clone()]);
    let run = repo.run_within(4 << 20, &[]);
    run.assert_incomplete(&[&control], &[&bomb[..8], "file-1.txt"]);
}
