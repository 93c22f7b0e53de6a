#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The user's dictionaries: from files of voice and language to what is read, and wrong lines told.
. "${top_srcdir:?}/tests/client/lib.sh"
XDG_CONFIG_HOME=$scratch/config
export XDG_CONFIG_HOME
folder=$XDG_CONFIG_HOME/sori/dictionaries
mkdir -p "$folder"

# reads TEXT WORDS...: what the default voice makes of a text.
reads() {
    text=$1
    shift
    printf '%s' "$text" | sori text -v heart --words - >said 2>&1 && grep -qixF -- "$*" said
}

# sounds A B: equal phonemes.
sounds() {
    sori text -v heart --phonemes "$1" >one 2>&1 && sori text -v heart --phonemes "$2" >two 2>&1 &&
        cp one said && cmp -s one two
}

if ! have_heart; then
    skip "dictionaries" "the default voice is not here"
    finish
    exit
fi

result "without dictionaries" reads "nginx" "nginx"
cat >"$folder/en.dict" <<'END'
# Comment

nginx = engine x
GIF = jiff
colour = wrong, for the file of the region comes first
St. Ives = Saint Ives by the sea
tomato = /təˈmɑtoʊ/
loop = loop loop
END
printf '\357\273\277colour = color\r\nzebra = striped horse' >"$folder/en-US.dict"
printf 'zebra = horse of this voice\n' >"$folder/heart.dict"

result "a respelling" reads "Use Nginx now." "Use engine x now."
result "a possessive" reads "nginx's logs" "engine x's logs"
result "not within a word" reads "nginxes" "nginxes"
result "a capital counts" reads "A GIF, a gif." "A jiff, a gif."
result "the region before the language" reads "colour" "color"
result "the voice before both" reads "A zebra." "A horse of this voice."
result "several words" reads "In St. Ives today." "In Saint Ives by the sea today."
result "replaced once" reads "loop" "loop loop"
sori text -v heart --phonemes "tomato" >with 2>&1
mv "$folder/en.dict" "$folder/away"
sori text -v heart --phonemes "tomato" >without 2>&1
mv "$folder/away" "$folder/en.dict"
differ() { ! cmp -s with without && grep -q "ɑ" with; }
result "sounds" differ
result "in SSML" gives 0 "engine" sori text -v heart --ssml --words "<speak>nginx</speak>"

# Each wrong line is told with its place, and the others count.
{
    echo "no equals sign"
    echo "= nothing before"
    echo "nothing behind ="
    echo "bad = / /"
    printf 'byte\377 = x\n'
    printf 'long = '
    head -c 600 /dev/zero | tr '\0' x
    echo
    head -c 70 /dev/zero | tr '\0' y
    echo " = long"
    echo "good = better"
} >"$folder/en.dict"
result "the good line counts" gives 0 "better" sori text -v heart --words good
for line in 1:no 2:no 3:nothing 4:no 5:UTF-8 6:longer 7:longer; do
    result "line ${line%:*} is told" gives 0 "en.dict:${line%:*}: .*${line#*:}" \
        sori text -v heart --words good
done
rm "$folder"/*.dict
mkdir "$folder/en.dict"
result "a folder in its place is told" \
    gives 0 "en.dict: is a folder" sori text -v heart --words good
rmdir "$folder/en.dict"
head -c 200000 /dev/urandom >"$folder/en.dict"
result "noise" gives 0 "" sori text -v heart --words good
finish
