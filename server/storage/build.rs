//! Makes Cargo notice a new migration: the folders are read at compile time.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
