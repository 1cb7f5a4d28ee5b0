#!/usr/bin/perl
# Writes a flattened device tree (Devicetree Specification 0.4, chapter 5) as the firmware of a Raspberry Pi passes it, of
# what the runtime and its tests read of one: pi_tree.pl rpi3|rpi4 OUT [reserve]
# The first page is reserved by /memreserve/, as the firmware does. reserve: and 1 MiB each at 0x10000000, which has
# no-map, and at 0x12000000, which has not.
use strict;
use warnings;

my ($board, $out, $reserve_more) = @ARGV;
my $strings = '';

sub name_of { my $at = length $strings; $strings .= "$_[0]\0"; return $at }
sub pad { my $text = shift; $text .= "\0" while length($text) % 4; return $text }
sub property { my ($name, $value) = @_; return pack('N3', 3, length $value, name_of($name)) . pad($value) }
sub cells { my ($name, @values) = @_; return property($name, pack 'N*', @values) }
sub words { my ($name, @values) = @_; return property($name, join '', map { "$_\0" } @values) }
sub node { my ($name, @inside) = @_; return pack('N', 1) . pad("$name\0") . join('', @inside) . pack('N', 2) }
sub bus { my ($address, $size) = @_; return (cells('#address-cells', $address), cells('#size-cells', $size)) }

sub device {
    my ($compatible, @reg) = @_;
    return node(sprintf('device@%x', $reg[0]), words('compatible', $compatible), cells('reg', @reg));
}

my %boards = (
    rpi3 => {
        cells => 1,
        model => 'raspberrypi,3-model-b',
        ranges => [0x7e000000, 0x3f000000, 0x1000000, 0x40000000, 0x40000000, 0x1000],
        dma => [0xc0000000, 0, 0x3f000000],
        interrupts => device('brcm,bcm2836-l1-intc', 0x40000000, 0x100),
        timer => ['arm,armv7-timer', 0, 4, 1, 4, 3, 4, 2, 4],
    },
    rpi4 => {
        cells => 2,
        model => 'raspberrypi,4-model-b',
        ranges => [0x7e000000, 0, 0xfe000000, 0x1800000, 0x40000000, 0, 0xff800000, 0x800000],
        dma => [0xc0000000, 0, 0, 0x3f000000],
        interrupts => device('arm,gic-400', 0x40041000, 0x1000, 0x40042000, 0x2000),
        timer => ['arm,armv8-timer', 1, 13, 8, 1, 14, 8, 1, 11, 8, 1, 10, 8],
    },
);
my $is = $boards{$board} or die "no board $board";
my @high = (0) x ($is->{cells} - 1); # the upper cell of an address, where it has two
my ($timer, @timer) = @{$is->{timer}};
my @cpus = map { node("cpu\@$_", words('device_type', 'cpu'), words('enable-method', 'spin-table'), cells('reg', $_),
    cells('cpu-release-addr', 0, 0xd8 + 8 * $_)) } 0 .. 3;

my $reserved = node('reserved-memory', bus($is->{cells}, 1), property('ranges', ''),
    node('secret@10000000', cells('reg', @high, 0x10000000, 0x100000), property('no-map', '')),
    node('kept@12000000', cells('reg', @high, 0x12000000, 0x100000)));

my $root = node('',
    bus($is->{cells}, 1), words('compatible', $is->{model}), words('model', "a tree of $board"),
    node('memory@0', words('device_type', 'memory'), cells('reg', @high, 0, 0)),
    node('cpus', bus(1, 0), @cpus),
    $reserve_more ? $reserved : (),
    node('timer', words('compatible', $timer), cells('interrupts', @timer)),
    node('soc', words('compatible', 'simple-bus'), bus(1, 1), cells('ranges', @{$is->{ranges}}),
        cells('dma-ranges', @{$is->{dma}}), $is->{interrupts},
        device('brcm,bcm2835-system-timer', 0x7e003000, 0x1000), device('brcm,bcm2835-dma', 0x7e007000, 0xf00),
        device('brcm,bcm2835-mbox', 0x7e00b880, 0x40), device('brcm,bcm2835-gpio', 0x7e200000, 0xb4),
        device('arm,pl011', 0x7e201000, 0x200), device('brcm,bcm2835-aux', 0x7e215000, 0x8)));

my $struct = $root . pack 'N', 9;
my $reserve = pack 'N8', 0, 0, 0, 0x1000, 0, 0, 0, 0;
my $structs = 40 + length $reserve;
my $text = $structs + length $struct;
open my $file, '>:raw', $out or die "$out: $!";
print $file pack('N10', 0xd00dfeed, $text + length $strings, $structs, $text, 40, 17, 16, 0, length $strings,
    length $struct), $reserve, $struct, $strings;
close $file or die "$out: $!";
