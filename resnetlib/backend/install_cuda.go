package backend

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// cudaLinks are the symbolic links that give the files of JAX's wheels the names that go-xla and XLA look for (go-xla installer/cuda.go). Each is
// relative to site-packages, with its target relative to the link's folder:
//   - the plugin under go-xla's name beside the folders of NVIDIA's libraries: its RPATH says $ORIGIN/../nvidia/..., and go-xla gives
//     that folder to XLA as --xla_gpu_cuda_data_dir;
//   - ptxas and libdevice, which XLA's compiler looks for in that folder;
//   - cuBLAS two folders further up, where go-xla's layout has it for libraries that cannot find it by their own paths.
//
// The layout was unit-tested; it has not been run on a GPU.
var cudaLinks = []struct{ link, target string }{
	{"nvidia/pjrt_c_api_cuda_plugin.so", "../jax_plugins/xla_cuda13/xla_cuda_plugin.so"},
	{"nvidia/bin/ptxas", "../cu13/bin/ptxas"},
	{"nvidia/nvvm", "cu13/nvvm"},
	{"../libcublas.so.13", "site-packages/nvidia/cu13/lib/libcublas.so.13"},
	{"../libcublasLt.so.13", "site-packages/nvidia/cu13/lib/libcublasLt.so.13"},
}

// linkCUDA makes the links in a site-packages folder with the wheels, and replaces existing links. In a folder without the plugin (of another
// Python in the same environment) it does nothing.
func linkCUDA(site string) error {
	if _, err := os.Stat(filepath.Join(site, "jax_plugins/xla_cuda13/xla_cuda_plugin.so")); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, l := range cudaLinks {
		link := filepath.Join(site, l.link)
		target := filepath.Join(filepath.Dir(link), l.target)
		if _, err := os.Stat(target); err != nil {
			return fmt.Errorf("linking %s: NVIDIA's wheels have no %w", link, err)
		}
		if err := os.MkdirAll(filepath.Dir(link), 0o777); err != nil {
			return err
		}
		if err := os.Remove(link); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err := os.Symlink(l.target, link); err != nil {
			return err
		}
	}
	return nil
}
