# SPDX-License-Identifier: Apache-2.0
"""A window as any program has one, for a screen reader to read: buttons, a field, a paragraph."""
import gi

gi.require_version("Gtk", "3.0")
from gi.repository import Gtk  # noqa: E402

PARAGRAPH = ("The old lighthouse keeper climbed the winding stairs. "
             "He lit the great lamp before the storm arrived. "
             "Three ships came home safely that night.")

window = Gtk.Window(title="Harbor Office", default_width=500, default_height=300)
window.connect("destroy", Gtk.main_quit)
box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6)
window.add(box)
for label in ("Open the gate", "Close the gate"):
    box.add(Gtk.Button(label=label))
row = Gtk.Box(spacing=6)
field = Gtk.Entry()
name = Gtk.Label(label="_Captain", use_underline=True, mnemonic_widget=field)
row.add(name)
row.add(field)
box.add(row)
view = Gtk.TextView(editable=False, wrap_mode=Gtk.WrapMode.WORD, accepts_tab=False)
view.get_buffer().set_text(PARAGRAPH)
view.get_buffer().place_cursor(view.get_buffer().get_start_iter())
view.get_accessible().set_name("Story")
box.pack_start(view, True, True, 0)
window.show_all()
window.present()
Gtk.main()
