#!/usr/bin/perl
# Adds reservations to a flattened device tree (Devicetree Specification 0.4, chapter 5): reserve.pl IN OUT
# A node of /reserved-memory with no-map at 0x44000000, one without at 0x46000000, and a /memreserve/ at 0x48000000;
# 1 MiB each.
use strict;
use warnings;

my ($in, $out) = @ARGV;
open my $file, '<:raw', $in or die "$in: $!";
my $tree = do { local $/; <$file> };
my ($magic, $total, $struct_at, $strings_at, $reserve_at, $version, $compatible, $core, $strings_size, $struct_size) =
    unpack 'N10', $tree;
die "$in: no device tree" unless $magic == 0xd00dfeed;
my $struct = substr $tree, $struct_at, $struct_size;
my $strings = substr $tree, $strings_at, $strings_size;

sub name_of { my $at = length $strings; $strings .= "$_[0]\0"; return $at }
sub pad { my $text = shift; $text .= "\0" while length($text) % 4; return $text }
sub property { my ($name, $value) = @_; return pack('N3', 3, length $value, name_of($name)) . pad($value) }
sub node { my ($name, @inside) = @_; return pack('N', 1) . pad("$name\0") . join('', @inside) . pack('N', 2) }

my $mib = 0x100000;
my $new = node('reserved-memory',
    property('#address-cells', pack 'N', 2),
    property('#size-cells', pack 'N', 2),
    property('ranges', ''),
    node('secret@44000000', property('reg', pack 'N4', 0, 0x44000000, 0, $mib), property('no-map', '')),
    node('kept@46000000', property('reg', pack 'N4', 0, 0x46000000, 0, $mib)));

# Before the end of the root node, which the end of the tree follows.
my $end = pack 'N2', 2, 9;
$struct =~ s/\Q$end\E\z/$new$end/s or die "$in: no end";
my $reserve = pack 'N8', 0, 0x48000000, 0, $mib, 0, 0, 0, 0;
my $structs = 40 + length $reserve;
my $text = $structs + length $struct;
open $file, '>:raw', $out or die "$out: $!";
print $file pack('N10', $magic, $text + length $strings, $structs, $text, 40, $version, $compatible, $core,
    length $strings, length $struct), $reserve, $struct, $strings;
close $file or die "$out: $!";
