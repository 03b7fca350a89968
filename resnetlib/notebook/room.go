package notebook

import (
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/janpfeifer/gonb/gonbui"
)

// roomPictures has a picture of each room, which "make room-pictures" takes. Their names are those of the rooms.
//
//go:embed rooms/*.jpg
var roomPictures embed.FS

// roomsPath is where Jupyter serves the rooms, below its base address: share/jupyter/labextensions is the one folder of static files that
// JupyterLab, Notebook and a hub's servers all serve without settings.
const roomsPath = "lab/extensions/resnetlab-rooms/index.html"

// Room shows a room, the interactive page for one subject, in the cell, where the server has the rooms (kernels/lab.py and the images bring
// them). It goes on working when the cell has ended. Elsewhere, and while the rooms are still being built, a picture of it stands there. The
// settings are written as in the room's address:
//
//	notebook.Room("groups", "groups=8", "channels=128")
//
// On a terminal it is one line that names the address. An unknown room or a setting without "=" is shown as an error.
func Room(name string, settings ...string) {
	address, err := roomAddress(name, settings)
	if err != nil {
		ShowError(err)
		return
	}
	if !here.cell {
		showText(fmt.Sprintf(pick("room %s: make rooms, serve dist/rooms, and open index.html%s", "展室 %s：先 make rooms，再用静态服务器打开 dist/rooms 里的 index.html%s"), name, address))
		return
	}
	picture, err := roomPictures.ReadFile("rooms/" + name + ".jpg")
	if err != nil {
		ShowError(err)
		return
	}
	here.showHTML(roomHTML("room_"+gonbui.UniqueId(), address, picture))
}

// roomAddress returns the part of a room's address that begins with #.
func roomAddress(name string, settings []string) (string, error) {
	names := roomNames()
	if !slices.Contains(names, name) {
		return "", fmt.Errorf("no room %q: there are %s", name, strings.Join(names, ", "))
	}
	query := url.Values{"lang": {pick("en", "zh")}}
	for _, s := range settings {
		key, value, ok := strings.Cut(s, "=")
		if !ok {
			return "", errors.New(`a setting of a room is written "name=value", as in its address; this is not: ` + s)
		}
		query.Set(key, value)
	}
	return "#/" + name + "?" + query.Encode(), nil
}

// roomNames returns the names of the rooms, sorted.
func roomNames() (names []string) {
	files, _ := roomPictures.ReadDir("rooms") // embedded: it is there
	for _, f := range files {
		names = append(names, strings.TrimSuffix(f.Name(), path.Ext(f.Name())))
	}
	return names
}

// roomHTML returns a picture, and a script that puts the room in its place as soon as the server has it. The page tells its height.
func roomHTML(id, address string, picture []byte) string {
	wait := pick("The live room appears here when the lab has built it (about a minute after the first start).", "实验室把展室编译好之后（第一次启动后约一分钟），这里会换成可以操作的页面。")
	return fmt.Sprintf(`<div id="%[1]s"><img src="data:image/jpeg;base64,%[2]s" alt="%[3]s" style="max-width: 100%%"><p>%[3]s</p></div>
<script>(async function () {
	const box = document.getElementById(%[4]s), settings = document.getElementById("jupyter-config-data");
	const base = settings ? JSON.parse(settings.textContent).baseUrl : document.body.dataset.baseUrl || "/";
	const page = new URL(base + %[5]s, location.href);
	for (let tries = 0; !(await fetch(page, {method: "HEAD"}).catch(() => ({}))).ok; tries++) {
		if (tries === 60 || !box.isConnected) return;
		await new Promise((done) => setTimeout(done, 5000));
	}
	const frame = document.createElement("iframe");
	Object.assign(frame, {src: page + "?embedded" + %[6]s, title: %[7]s, allow: "clipboard-write; camera"});
	Object.assign(frame.style, {width: "100%%", height: "900px", border: "0"});
	addEventListener("message", (e) => {
		if (e.source === frame.contentWindow && e.data.resnetlabHeight > 0) frame.style.height = e.data.resnetlabHeight + 8 + "px";
	});
	box.replaceChildren(frame);
})()</script>`, escape(id), base64.StdEncoding.EncodeToString(picture), escape(wait), script(id), script(roomsPath), script(address), script("resnetlab "+address))
}
